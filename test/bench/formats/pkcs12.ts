import { join } from "node:path";
import { decode, encode } from "../../../src/formats/index.ts";
import { type Contents, readByForge, writeByForge } from "../../interop/forge.ts";
import { readByPkijs, writeByPkijs } from "../../interop/pkijs.ts";
import type { Row } from "../table.ts";
import { type BenchIdentity, output } from "./identity.ts";
import { inWords, microseconds } from "./timing.ts";

const password = "changeit";
const secret = Buffer.from(password);

/** Ours against libcrypto, node-forge and PKI.js, with the same key, schemes and iterations. */
export async function pkcs12Rows(identity: BenchIdentity): Promise<Row[]> {
  const program = join(identity.folder, "libcrypto");
  await output("gcc", ["-O2", "-o", program, join(import.meta.dirname, "libcrypto.c"), "-lcrypto"]);
  return [
    ...(await rowsFor(identity, program, "Modern2023", 2_048, 1.25)),
    ...(await rowsFor(identity, program, "Modern2023", 10_000, 2)),
    ...(await rowsFor(identity, program, "LegacyDES", 2_048, 1.25)),
  ];
}

async function rowsFor(
  identity: BenchIdentity,
  program: string,
  profile: "Modern2023" | "LegacyDES",
  iterations: number,
  most: number,
): Promise<Row[]> {
  const { bundle, keyFile, certificateFile } = identity;
  const what = (verb: string): string => `PKCS#12 ${verb}, ${profile}, ${iterations} iterations`;
  const calls = Math.round(200_000 / iterations);
  const write = () => encode(bundle, { format: "PKCS12", profile, password: secret, iterations });
  const file = await write();
  const read = () => decode(file, { password: secret });
  const native = () =>
    libcrypto(program, [
      keyFile,
      certificateFile,
      String(iterations),
      String(calls),
      profile === "Modern2023" ? "modern" : "legacy",
    ]);

  const before = await native();
  const ours = { write: await microseconds(calls, write), read: await microseconds(calls, read) };
  const after = await native();
  const base = { write: Math.min(before.write, after.write), read: Math.min(before.read, after.read) };

  const contents: Contents = { certificates: [bundle.leaf], keys: [bundle.key] };
  const algorithm = profile === "Modern2023" ? "aes256" : "3des";
  const few = Math.max(15, Math.round(40_960 / iterations));
  const forge = {
    write: await microseconds(few, () => writeByForge(contents, password, { algorithm, iterations })),
    read: await microseconds(few, () => readByForge(file, password)),
  };
  return (["write", "read"] as const).flatMap((verb) => [
    against(what(verb), "libcrypto", ours[verb], base[verb], most),
    against(what(verb), "node-forge", ours[verb], forge[verb], 0.1),
  ]);
}

export async function pkijsRows({ bundle }: BenchIdentity): Promise<Row[]> {
  const iterations = 2_048;
  const contents: Contents = { certificates: [bundle.leaf], keys: [bundle.key] };
  const file = await encode(bundle, { format: "PKCS12", password: secret, iterations });
  const ours = {
    write: await microseconds(50, () => encode(bundle, { format: "PKCS12", password: secret, iterations })),
    read: await microseconds(50, () => decode(file, { password: secret })),
  };
  const theirs = {
    write: await microseconds(10, () => writeByPkijs(contents, password, iterations)),
    read: await microseconds(10, () => readByPkijs(file, password)),
  };
  return (["write", "read"] as const).map((verb) =>
    against(`PKCS#12 ${verb}, Modern2023, ${iterations} iterations`, "PKI.js", ours[verb], theirs[verb]),
  );
}

async function libcrypto(program: string, args: readonly string[]): Promise<{ write: number; read: number }> {
  const [write = Number.NaN, read = Number.NaN] = (await output(program, args)).split(" ").map(Number);
  return { write, read };
}

export function against(what: string, other: string, ours: number, theirs: number, most?: number): Row {
  const ratio = ours / theirs;
  const row = { what, value: inWords(ours), base: `${other} ${inWords(theirs)}`, ratio };
  return most === undefined ? row : { ...row, goal: `ratio ${most}`, met: ratio <= most };
}
