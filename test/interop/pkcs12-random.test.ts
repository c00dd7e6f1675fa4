import { createPrivateKey } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, decode, encode } from "../../src/formats/index.ts";
import { type Contents, readByForge, writeByForge } from "./forge.ts";
import { type Identity, identitiesIn, keyTypes } from "./identities.ts";
import { readByPkijs, writeByPkijs } from "./pkijs.ts";
import { openssl, opensslRead } from "./readers/openssl.ts";
import { found } from "./readers/reader.ts";
import { run } from "./tool.ts";

const withoutOpenssl = (await openssl.version()) === undefined;

let folder: string;
let identities: readonly Identity[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "certferry-interop-"));
  if (!withoutOpenssl) identities = await identitiesIn(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Programs take no zero byte in an argument. */
const anyPassword = fc
  .string({ unit: "binary", maxLength: 128 })
  .map((text) => text.replaceAll("\0", "").toWellFormed());
/** The libraries know no other characters: they take passwords for bytes. */
const asciiPassword = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 128 });
const iterations = fc.integer({ min: 1, max: 20 });
const type = fc.constantFrom(...keyTypes);
/** PKI.js knows no other curves. */
const typeForPkijs = fc.constantFrom(...keyTypes.filter((type) => type !== "EC secp256k1"));
const alias = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .map((text) => text.replaceAll("\0", "_").toWellFormed());
const profile = fc.constantFrom("LegacyRC2", "LegacyDES", "Modern2023", "Modern2026");

function identity(wanted: string): Identity {
  const made = identities.find((one) => one.type === wanted);
  if (made === undefined) throw new Error(`no identity of type ${wanted}`);
  return made;
}

function bundle(wanted: string, chainLength = 0): Bundle {
  const { certificate, pkcs8 } = identity(wanted);
  const others = identities.filter(({ type }) => type !== wanted).slice(0, chainLength);
  return { leaf: certificate, chain: others.map((other) => other.certificate), key: pkcs8, trusted: [] };
}

const contentsOf = ({ leaf, chain, key }: Bundle): Contents => ({
  certificates: [leaf, ...chain],
  keys: key === undefined ? [] : [key],
});

async function readByUs(bytes: Buffer, password: string): Promise<Contents> {
  const { certificates, keys } = await decode(bytes, { password: Buffer.from(password) });
  return { certificates: certificates.map(({ der }) => der), keys: keys.map(({ pkcs8 }) => pkcs8) };
}

/** Whether a property holds for as many random inputs. */
function holds<T>(arbitrary: fc.Arbitrary<T>, numRuns: number, property: (input: T) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(arbitrary, property), { numRuns });
}

describe.skipIf(withoutOpenssl)("random PKCS#12 keystores", () => {
  it("of ours are read by us", async () => {
    const input = fc.record({ type, profile, password: anyPassword, alias, iterations, chain: fc.nat(5) });
    await holds(input, 300, async ({ type, password, chain, ...options }) => {
      const one = bundle(type, chain);
      const bytes = await encode(one, { ...options, format: "PKCS12", password: Buffer.from(password) });
      expect(await readByUs(bytes, password)).toEqual(contentsOf(one));
      const { keys } = await decode(bytes, { password: Buffer.from(password) });
      expect(keys[0]?.alias).toBe(options.alias);
    });
  });

  it("of ours are read by openssl", async () => {
    const older = fc.constantFrom("LegacyRC2", "LegacyDES", "Modern2023");
    const input = fc.record({ type, profile: older, password: anyPassword, iterations, chain: fc.nat(5) });
    const file = join(folder, "ours.p12");
    await holds(input, 40, async ({ type, password, chain, ...options }) => {
      const one = bundle(type, chain);
      await writeFile(file, await encode(one, { ...options, format: "PKCS12", password: Buffer.from(password) }));
      const expected = found([one.leaf, ...one.chain], [identity(type).key]);
      expect(await opensslRead({ file, password }, ["-legacy"])).toEqual(expected);
    });
  });

  it("of openssl are read by us", async () => {
    const cipher = fc.constantFrom("PBE-SHA1-RC2-40", "PBE-SHA1-3DES", "AES-256-CBC", "CAMELLIA-128-CBC");
    const input = fc.record({ type, cipher, password: anyPassword, iterations });
    const file = join(folder, "openssl.p12");
    await holds(input, 40, async ({ type, cipher, password, iterations }) => {
      const { keyFile, certificateFile, certificate, key } = identity(type);
      const source = ["-inkey", keyFile, "-in", certificateFile, "-passout", `pass:${password}`];
      const options = ["-legacy", "-keypbe", cipher, "-certpbe", cipher, "-iter", String(iterations)];
      await run("openssl", ["pkcs12", "-export", ...source, ...options, "-out", file]);
      const contents = await readByUs(await readFile(file), password);
      const keys = contents.keys.map((pkcs8) => createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }));
      expect(found(contents.certificates, keys)).toEqual(found([certificate], [key]));
    });
  });

  it("of ours are read by node-forge", async () => {
    const older = fc.constantFrom("LegacyRC2", "LegacyDES", "Modern2023");
    const input = fc.record({ profile: older, password: asciiPassword, iterations });
    await holds(input, 30, async ({ password, ...options }) => {
      const one = bundle("RSA 2048");
      const bytes = await encode(one, { ...options, format: "PKCS12", password: Buffer.from(password) });
      expect(readByForge(bytes, password)).toEqual(contentsOf(one));
    });
  });

  it("of node-forge are read by us", async () => {
    const algorithm = fc.constantFrom("3des", "aes128", "aes192", "aes256");
    const input = fc.record({ algorithm, password: asciiPassword, iterations });
    await holds(input, 30, async ({ password, ...options }) => {
      const contents = contentsOf(bundle("RSA 2048"));
      expect(await readByUs(writeByForge(contents, password, options), password)).toEqual(contents);
    });
  });

  it("of ours are read by PKI.js", async () => {
    const input = fc.record({ type: typeForPkijs, password: asciiPassword, iterations, chain: fc.nat(5) });
    await holds(input, 30, async ({ type, password, chain, iterations }) => {
      const one = bundle(type, chain);
      const bytes = await encode(one, { format: "PKCS12", password: Buffer.from(password), iterations });
      expect(await readByPkijs(bytes, password)).toEqual(contentsOf(one));
    });
  });

  it("of PKI.js are read by us", async () => {
    const input = fc.record({ type: typeForPkijs, password: asciiPassword, iterations });
    await holds(input, 30, async ({ type, password, iterations }) => {
      const contents = contentsOf(bundle(type));
      expect(await readByUs(await writeByPkijs(contents, password, iterations), password)).toEqual(contents);
    });
  });
});
