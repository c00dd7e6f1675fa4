import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleOf, decode, type Decoded, FormatError } from "../../src/formats/index.ts";
import { vectorsFolder } from "./folder.ts";
import { now, seen, wanted } from "./judge.ts";
import { readManifest, type Vector } from "./manifest.ts";

const folder = vectorsFolder() ?? "";
/** The kinds of files that can be read so far. */
const kinds = ["own-cert", "own-chain", "p7", "pem"];
const vectors = readManifest(folder).filter(({ file }) => kinds.includes(file.split("/")[0] ?? ""));
const told = (result: Vector["expect"]["result"]) => vectors.filter(({ expect }) => expect.result === result);

async function read({ file, expect }: Vector): Promise<Decoded> {
  const decoded = await decode(readFileSync(join(folder, file)));
  // A key is no answer where a certificate is asked for.
  if (file.startsWith("cert/") && expect.result === "refuse") bundleOf(decoded, { now });
  return decoded;
}

describe("a vector", () => {
  it.each(told("ok"))("is read as the manifest says: $file", async (vector) => {
    const asked = wanted(vector.expect);
    expect(seen(await read(vector), asked)).toEqual(asked);
  });

  it.each(told("refuse"))("is refused: $file", async (vector) => {
    await expect(read(vector)).rejects.toBeInstanceOf(FormatError);
  });

  it.each(told("either"))("is read or refused: $file", async (vector) => {
    const answer = await read(vector).catch((error: unknown) => error);
    expect(answer).toSatisfy((value) => value instanceof FormatError || !(value instanceof Error));
  });
});
