import { cp, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FilesystemTarget } from "../../src/crds/index.ts";
import { decode } from "../../src/formats/index.ts";
import { FilesProgram } from "../fixtures/files-program.ts";
import { FilesStore, password, passwords } from "../fixtures/files-store.ts";
import { issue, type Issued } from "../fixtures/pki.ts";
import { desiredOf, differences } from "../fixtures/place.ts";

type Outputs = FilesystemTarget["outputs"];

/** What a place holds, or shall. */
interface Stage {
  readonly leaf: Issued;
  readonly outputs: Outputs;
}

const signal = AbortSignal.timeout(600_000);
const pair: Outputs = [
  { path: "web/tls.crt", format: "PEM", mode: "0640" },
  { path: "web/tls.key", format: "PEM", content: "Key" },
];
const jks = (secret: string): Outputs[number] => ({
  path: "web.jks",
  format: "JKS",
  passwordSecretRef: password(secret),
});
let program: FilesProgram;
let folder: string;
let one: Issued;
let two: Issued;

beforeAll(async () => {
  program = await FilesProgram.build();
  folder = await mkdtemp(join(tmpdir(), "certferry-crash-"));
  one = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
  two = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
});
afterAll(() => Promise.all([program.delete(), rm(folder, { recursive: true })]));

/** Kills a process right before its change number `count` on the way from one stage to the other; false when it ended before. */
async function killed(from: Stage | undefined, to: Stage, count: number): Promise<FilesStore | undefined> {
  const files = await FilesStore.create(await mkdtemp(join(folder, "root-")));
  if (from !== undefined) await files.write(files.place(...from.outputs), await desiredOf(from.leaf));
  const { pem, keyPem } = to.leaf;
  const ran = await program.run(files.root, { pem, keyPem, outputs: to.outputs, kill: count });
  if (ran === "Killed") return files;
  expect(ran).toEqual({ outcome: "Written" });
  return undefined;
}

/** The stage that a file is whole of, absent ones included. */
async function wholeOf(files: FilesStore, path: string, stages: readonly (Stage | undefined)[]): Promise<number> {
  const bytes = await readFile(join(files.directory, path)).catch(() => undefined);
  for (const [index, stage] of stages.entries()) {
    const output = stage?.outputs.find((output) => output.path === path);
    if (output === undefined || stage === undefined ? bytes === undefined : await holds(bytes, stage.leaf, output)) {
      return index;
    }
  }
  return -1;
}

async function holds(bytes: Buffer | undefined, leaf: Issued, output: Outputs[number]): Promise<boolean> {
  const { content, passwordSecretRef } = output;
  if (bytes === undefined) return false;
  if (passwordSecretRef === undefined) return bytes.toString() === (content === "Key" ? leaf.keyPem : leaf.pem);
  const password = Buffer.from(passwords[passwordSecretRef.name] ?? "");
  const opened = await decode(bytes, { password }).catch(() => undefined);
  return opened?.certificates[0]?.der.equals(Buffer.from(leaf.certificate.rawData)) === true;
}

/** What the next process does. */
async function settle(root: string, { leaf, outputs }: Stage): Promise<void> {
  const files = await FilesStore.create(root);
  const place = files.place(...outputs);
  const desired = await desiredOf(leaf);
  const seen = await place.observe(desired, signal);
  if (seen.state !== "Present" || seen.differs.length > 0) await files.write(place, desired);
  expect(differences(await place.observe(desired, signal))).toEqual([]);
  expect(await files.files()).toEqual(outputs.map(({ path }) => path).sort());
}

describe("a process that is killed right before any of its changes to the file system", () => {
  const table: [string, number, () => [Stage | undefined, Stage]][] = [
    ["at the first delivery", 38, () => [undefined, { leaf: two, outputs: pair }]],
    [
      "at a renewal",
      15,
      () => [
        { leaf: one, outputs: pair },
        { leaf: two, outputs: pair },
      ],
    ],
    [
      "while a keystore gets another password, of which nobody keeps the old one, and a file is given up",
      20,
      () => [
        { leaf: one, outputs: [...pair, jks("before")] },
        { leaf: two, outputs: [jks("today"), ...pair.slice(1)] },
      ],
    ],
  ];
  it.each(table)(
    "%s leaves every file whole, and nothing that the next one would not see to",
    { timeout: 600_000 },
    async (_, least, stages) => {
      const [from, to] = stages();
      const paths = [...new Set([from, to].flatMap((stage) => stage?.outputs.map(({ path }) => path) ?? []))];
      let count = 0;
      for (; ; count += 1) {
        const files = await killed(from, to, count);
        if (files === undefined) break;
        const whole = await Promise.all(paths.map((path) => wholeOf(files, path, [from, to])));
        expect(whole, `killed before change ${count}`).not.toContain(-1);
        // The key is there before its certificate.
        const [crt, key] = ["web/tls.crt", "web/tls.key"].map((path) => whole[paths.indexOf(path)]);
        expect(crt === 1 && key !== 1, `killed before change ${count}`).toBe(false);
        for (const rest of await files.files()) {
          const { mode } = await stat(join(files.directory, rest));
          expect(mode & 0o137, `${rest}, killed before change ${count}`).toBe(0);
        }
        if (from !== undefined) {
          const back = await mkdtemp(join(folder, "back-"));
          await cp(files.root, back, { recursive: true });
          await settle(back, from);
        }
        await settle(files.root, to);
      }
      expect(count).toBeGreaterThanOrEqual(least);
    },
  );
});
