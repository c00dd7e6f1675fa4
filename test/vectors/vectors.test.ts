import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleOf, decode, type Decoded, FormatError } from "../../src/formats/index.ts";
import { vectorsFolder } from "./folder.ts";
import { now, seen, wanted } from "./judge.ts";
import { readManifest, type Vector } from "./manifest.ts";

const folder = vectorsFolder() ?? "";
const vectors = readManifest(folder);
const told = (result: Vector["expect"]["result"]) => vectors.filter(({ expect }) => expect.result === result);

async function read({ file, expect: { result, password, keyPassword } }: Vector): Promise<Decoded> {
  const bytes = (text: string | undefined): Buffer | undefined => (text === undefined ? undefined : Buffer.from(text));
  // The hostile ones have that of the file that they were made from.
  const opening = password ?? (file.startsWith("own-hostile/") ? "changeit" : undefined);
  const decoded = await decode(readFileSync(join(folder, file)), {
    password: bytes(opening),
    keyPassword: bytes(keyPassword),
  });
  // A key is no answer where a certificate is asked for.
  if (file.startsWith("cert/") && result === "refuse") bundleOf(decoded, { now });
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

  it.each(vectors.filter(({ file }) => file.startsWith("own-hostile/")))(
    "is answered within 2 s of processor time and 200 MiB: $file",
    async (vector) => {
      const [cpu, memory] = [process.cpuUsage(), process.resourceUsage().maxRSS];
      await read(vector).catch(() => undefined);
      const { user, system } = process.cpuUsage(cpu);
      expect((user + system) / 1e6).toBeLessThan(2);
      expect((process.resourceUsage().maxRSS - memory) / 1024).toBeLessThan(200);
    },
  );
});
