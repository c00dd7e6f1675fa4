import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, decode, editKeystore, encode } from "../../src/formats/index.ts";
import { keytool } from "./readers/keytool.ts";
import { inFolder, run } from "./tool.ts";

const algorithms = {
  "RSA 2048": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: Buffer.of(1, 0, 1) },
  "EC P-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "EC P-384": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  "EC P-521": { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
  Ed25519: { name: "Ed25519" },
} as const;

let bundles: Bundle[];

beforeAll(async () => {
  bundles = await Promise.all(Object.entries(algorithms).map(([name, algorithm]) => selfSigned(name, algorithm)));
});

async function selfSigned(name: string, algorithm: (typeof algorithms)[keyof typeof algorithms]): Promise<Bundle> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const input = { keys, name: `CN=${name}`, signingAlgorithm: algorithm };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(input, webcrypto);
  const leaf = Buffer.from(certificate.rawData);
  return {
    leaf,
    chain: [],
    key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)),
    trusted: [leaf],
  };
}

// No line breaks, which keytool does not read from a file; its own lower bound for passwords that it writes with is 6.
const text = (minLength: number, maxLength: number) =>
  fc.string({ unit: "grapheme", minLength, maxLength }).map((text) => text.replaceAll(/\s/g, "_"));
const ascii = (minLength: number) => fc.string({ unit: "grapheme-ascii", minLength, maxLength: 64 });
const aliases = fc.uniqueArray(text(1, 20), { minLength: 5, maxLength: 5, selector: (alias) => alias.toLowerCase() });

/** A keystore of all kinds of keys and a trusted certificate, each put in beside the others. */
async function keystoreOf(format: "JKS" | "PKCS12", aliases: readonly string[], password: Buffer): Promise<Buffer> {
  const [first, ...rest] = bundles;
  if (first === undefined) throw new Error("no bundles");
  const options = { format, password } as const;
  let keystore = await encode(first, { ...options, content: "Truststore" });
  for (const [index, bundle] of [...rest, first].entries()) {
    keystore = await editKeystore(keystore, { put: bundle }, { ...options, alias: aliases[index] });
  }
  return keystore;
}

/** What Java makes of a keystore when it writes its entries into another keystore. */
function throughJava(
  format: string,
  keystore: Buffer,
  password: Buffer,
  type: string,
  newPassword: Buffer,
): Promise<Buffer> {
  return inFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await writeFile(file("source"), keystore);
    await writeFile(file("in"), password);
    await writeFile(file("out"), newPassword);
    const source = ["-srckeystore", file("source"), "-srcstoretype", format, "-srcstorepass:file", file("in")];
    const target = ["-destkeystore", file("target"), "-deststoretype", type, "-deststorepass:file", file("out")];
    const settings = ["-J-Dfile.encoding=UTF-8", "-J-Djdk.jceks.iterationCount=10000"];
    await run("keytool", [...settings, "-importkeystore", "-noprompt", ...source, ...target]);
    return readFile(file("target"));
  });
}

/** Order is no matter in a keystore of Java's. */
async function contents(keystore: Buffer, password: Buffer, keyPassword?: Buffer): Promise<unknown> {
  const { certificates, keys } = await decode(keystore, { password, keyPassword });
  return {
    certificates: certificates
      .map(({ alias, trusted, der }) => `${alias?.toLowerCase()} ${trusted === true} ${der.toString("hex")}`)
      .toSorted(),
    keys: keys.map(({ alias, pkcs8 }) => `${alias?.toLowerCase()} ${pkcs8.toString("hex")}`).toSorted(),
  };
}

const version = await keytool.version();
describe.skipIf(version === undefined)(`keytool ${version}`, () => {
  // Java takes only ASCII in the passwords of JCEKS keys and of PKCS#12. It leaves keys under the passwords that they had, but
  // not in PKCS#12.
  it.each([
    ["JKS", "JKS", text(1, 128), text(6, 128)],
    ["JKS", "JCEKS", ascii(1), ascii(6)],
    ["JKS", "PKCS12", text(1, 128), ascii(6)],
    ["PKCS12", "JKS", ascii(1), text(6, 128)],
  ] as const)(
    "reads our %s, built an entry at a time, and we read what it makes of that as %s",
    { timeout: 240_000 },
    async (format, type, ours, its) => {
      const property = fc.asyncProperty(aliases, ours, its, async (aliases, one, other) => {
        const [password, newPassword] = [Buffer.from(one), Buffer.from(other)];
        const keystore = await keystoreOf(format, aliases, password);
        const written = await throughJava(format, keystore, password, type, newPassword);
        expect(await contents(written, newPassword, password)).toEqual(await contents(keystore, password));
      });
      await fc.assert(property, { numRuns: 2, endOnFailure: true });
    },
  );
});
