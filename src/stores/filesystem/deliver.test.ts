import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FilesStore } from "../../../test/fixtures/files-store.ts";
import { issue, type Issued } from "../../../test/fixtures/pki.ts";
import { desiredOf } from "../../../test/fixtures/place.ts";
import { writeTogether } from "./deliver.ts";
import { markId } from "./mark.ts";
import type { Wanted } from "./observe.ts";
import { takeSnapshot } from "./snapshot.ts";
import { Tree } from "./tree.ts";

const signal = AbortSignal.timeout(120_000);
const [mark, theirs] = ["me/StoreDeployment/shop/web/t", "me/StoreDeployment/shop/other/t"];
const crt = { path: "web.crt", format: "PEM" } as const;
let leaf: Issued;
let files: FilesStore;

beforeAll(async () => {
  leaf = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
});
beforeEach(async () => {
  files = await FilesStore.create();
  await files.write(files.place(crt), await desiredOf(leaf));
});
afterEach(() => files.delete());

const markFile = (of: string): string => join(files.directory, ".certferry/marks", `${markId(of)}.json`);

/** Writes two files, one of them over the one that is there. */
async function write(unchanged: boolean): Promise<boolean> {
  const content = new Map([
    ["web.crt", Buffer.from("new")],
    ["new.crt", Buffer.from("new")],
  ]);
  const spots = [...content.keys()];
  const { bundle } = await desiredOf(leaf);
  const modes = new Map(spots.map((path) => [path, 0o600]));
  const wanted: Wanted = { target: { outputs: [] }, bundle, content, keystores: [], spots, modes, mark };
  return Tree.make({ root: files.root, directory: "edge" }, async (tree) => {
    const snapshot = await takeSnapshot(tree, spots, mark);
    const made = { content, records: {} };
    return writeTogether(tree, { wanted, made, snapshot, unchanged: () => Promise.resolve(unchanged) }, signal);
  });
}

describe("files that are written together", () => {
  it("are not, where the place changed while they were being made; and nothing is claimed", async () => {
    const before = await readFile(markFile(mark), "utf8");
    expect(await write(false)).toBe(false);
    expect(await files.files()).toEqual(["web.crt"]);
    expect(await files.text("web.crt")).toBe(leaf.pem);
    expect(await readFile(markFile(mark), "utf8")).toBe(before);
  });

  it("are named by the mark, with what lay there until then", async () => {
    expect(await write(true)).toBe(true);
    expect(await files.files()).toEqual(["new.crt", "web.crt"]);
    const { files: named } = JSON.parse(await readFile(markFile(mark), "utf8")) as { files: Record<string, unknown[]> };
    expect(Object.entries(named).map(([path, list]) => [path, list.length])).toEqual([
      ["new.crt", 1],
      ["web.crt", 2],
    ]);
  });
});

describe("a mark that a killed process has left", () => {
  it("holds no file that it does not name", async () => {
    await writeFile(markFile(mark), `${JSON.stringify({ mark, files: { "other.crt": [] } })}\n`);
    const seen = await files.place(crt).observe(await desiredOf(leaf, theirs), signal);
    expect(seen).toMatchObject({ holders: { ours: false, others: [], foreign: true } });
  });

  it("removes no file that another has taken since, though it still names it", async () => {
    const kept = join(files.root, "kept.json");
    await copyFile(markFile(mark), kept);
    await files.write(files.place(crt), await desiredOf(leaf, theirs));
    await copyFile(kept, markFile(mark));
    expect(await files.remove(files.place(crt), mark)).toEqual({});
    expect(await files.text("web.crt")).toBe(leaf.pem);
  });
});
