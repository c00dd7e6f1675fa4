import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FilesStore, openStore } from "../../../test/fixtures/files-store.ts";
import { issue, type Issued } from "../../../test/fixtures/pki.ts";
import { desiredOf } from "../../../test/fixtures/place.ts";
import { sha256 } from "../outputs/keystore-record.ts";
import { markId, temporaryName } from "./mark.ts";

const mark = "me/StoreDeployment/shop/web/t";
const pair = [
  { path: "web/tls.crt", format: "PEM" },
  { path: "web/tls.key", format: "PEM", content: "Key" },
] as const;
let leaf: Issued;
let files: FilesStore;

beforeAll(async () => {
  leaf = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
});
beforeEach(async () => {
  files = await FilesStore.create();
  await files.write(files.place(...pair), await desiredOf(leaf));
});
afterEach(() => files.delete());

describe("removal from files", () => {
  it("takes away what was written, and all that was noted of it; folders stay", async () => {
    expect(await files.remove(files.place(...pair), mark)).toEqual({});
    expect(await files.files()).toEqual([]);
    expect(await readdir(join(files.directory, "web"))).toEqual([]);
    const own = await readdir(join(files.directory, ".certferry"), { recursive: true });
    expect(own.sort()).toEqual(["marks", "paths", "volume"]);
  });

  it("leaves a file that somebody has changed since, and says so", async () => {
    await writeFile(join(files.directory, "web/tls.crt"), "somebody's");
    expect(await files.remove(files.place(...pair), mark)).toEqual({
      left: "File web/tls.crt stays: somebody else has changed it since.",
    });
    expect(await files.files()).toEqual(["web/tls.crt"]);
  });

  it("leaves what another has taken over since", async () => {
    const other = "me/StoreDeployment/shop/other/t";
    await files.write(files.place(pair[0]), await desiredOf(leaf, other));
    expect(await files.remove(files.place(...pair), mark)).toEqual({});
    expect(await files.files()).toEqual(["web/tls.crt"]);
    const seen = await files.place(pair[0]).observe(await desiredOf(leaf, other), AbortSignal.timeout(60_000));
    expect(seen).toMatchObject({ differs: [], holders: { ours: true } });
  });

  it("ends well where nothing is there any more, and for whoever wrote nothing", async () => {
    await rm(join(files.directory, "web"), { recursive: true });
    expect(await files.remove(files.place(...pair), mark)).toEqual({});
    expect(await files.remove(files.place(...pair), mark)).toEqual({});
    expect(await files.remove(files.place(...pair), "me/K/n/nobody")).toEqual({});
  });

  it("takes away what a killed write has left", async () => {
    const rest = join(files.directory, "web", `.certferry-${"0".repeat(24)}.tmp`);
    await writeFile(rest, "of another target");
    await writeFile(join(files.directory, "web", temporaryName(mark, "web/tls.key")), leaf.keyPem);
    await files.remove(files.place(...pair), mark);
    expect(await files.files()).toEqual([`web/.certferry-${"0".repeat(24)}.tmp`]);
    expect(await readFile(rest, "utf8")).toBe("of another target");
  });

  it.each(["../outside.crt", "web/../../outside.crt", ".certferry/volume"])(
    "takes away nothing but files of the directory, though somebody has written %s into the mark",
    async (path) => {
      await writeFile(join(files.root, "outside.crt"), leaf.pem);
      const before = await readFile(join(files.directory, path));
      const forged = JSON.stringify({ mark, files: { [path]: [{ sha256: sha256(before) }] } });
      await writeFile(join(files.directory, ".certferry/marks", `${markId(mark)}.json`), forged);
      expect(await files.remove(files.place(...pair), mark)).toEqual({});
      expect(await readFile(join(files.directory, path))).toEqual(before);
    },
  );

  it("refuses a key that does not read as one", async () => {
    const store = await openStore(files.root);
    const context = { readSecret: () => Promise.resolve(new Map()) };
    const remove = store.remove('{"volume":1}', mark, context, AbortSignal.timeout(60_000));
    await expect(remove).rejects.toMatchObject({ reason: "PlaceUnknown" });
  });
});
