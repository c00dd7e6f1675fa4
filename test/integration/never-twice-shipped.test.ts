import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { customResourceDefinition, kinds, providers } from "../../src/crds/index.ts";
import { ledgerBlocks } from "../ledger/block.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The files of a folder that speak of a ledger, and how many there are. */
async function search(folder: string): Promise<{ files: number; found: string[] }> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const));
  return { files: files.length, found: texts.filter(([, text]) => /ledger/i.test(text)).map(([file]) => file) };
}

it("nothing that ships knows the provider of these tests", async () => {
  const testOnly = kinds.map((kind) => JSON.stringify(customResourceDefinition(kind, [...providers, ledgerBlocks])));
  expect(testOnly.every((crd) => /ledger/i.test(crd))).toBe(true);

  await promisify(execFile)(process.execPath, ["scripts/build.ts"], { cwd: root });
  const [built, deployed] = [await search("dist"), await search("deploy")];
  expect([built.found, deployed.found]).toEqual([[], []]);
  expect(Math.min(built.files, deployed.files)).toBeGreaterThan(3);
});
