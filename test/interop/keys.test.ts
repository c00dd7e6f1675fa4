import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../src/formats/index.ts";
import { openssl } from "./readers/openssl.ts";
import { inFolder, run } from "./tool.ts";

const kinds: Readonly<Record<string, readonly string[]>> = {
  RSA: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
  "RSA-PSS": ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:1024"],
  "EC P-256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "EC P-521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
  "EC secp256k1": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
  "EC of explicit parameters": [
    "-algorithm",
    "EC",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-pkeyopt",
    "ec_param_enc:explicit",
  ],
  Ed25519: ["-algorithm", "Ed25519"],
  Ed448: ["-algorithm", "Ed448"],
};

/** How OpenSSL writes a key; its password lies in a file. */
const forms: Readonly<Record<string, readonly string[]>> = {
  "PKCS#8": ["pkey"],
  "PKCS#8 in DER": ["pkey", "-outform", "DER"],
  "PBES2 with HMAC-SHA-512": ["pkcs8", "-topk8", "-v2", "aes256", "-v2prf", "hmacWithSHA512"],
  "PBES2 in DER": ["pkcs8", "-topk8", "-v2", "aes128", "-outform", "DER"],
  scrypt: ["pkcs8", "-topk8", "-scrypt", "-scrypt_N", "1024"],
  "PBE of PKCS#12": ["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"],
};

/** From before PKCS#8, when there were RSA and EC only. */
const oldForms: typeof forms = {
  "in the clear": ["pkey", "-traditional"],
  "under AES": ["pkey", "-traditional", "-aes-192-cbc"],
  "under Camellia": ["pkey", "-traditional", "-camellia-256-cbc"],
};

const passwords = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 128 })
  .map((text) => text.replaceAll(/\s/g, "_"));

/** What `openssl ... -out out` writes. */
async function written(folder: string, args: readonly string[]): Promise<Buffer> {
  await run("openssl", [...args, "-out", "out"], folder);
  return readFile(join(folder, "out"));
}

const version = await openssl.version();
describe.skipIf(version === undefined)(`openssl ${version}`, () => {
  it.each(Object.keys(kinds))("writes keys of kind %s in forms that we read, and reads ours", async (kind) => {
    const property = fc.asyncProperty(passwords, (password) =>
      inFolder(async (folder) => {
        await writeFile(join(folder, "password"), password);
        await run("openssl", ["genpkey", ...(kinds[kind] ?? []), "-out", "in.pem"], folder);
        const pkcs8 = await written(folder, ["pkcs8", "-topk8", "-nocrypt", "-in", "in.pem", "-outform", "DER"]);
        const all = /^(?:RSA|EC.*)$/.test(kind) ? { ...forms, ...oldForms } : forms;
        for (const [form, args] of Object.entries(all)) {
          const bytes = await written(folder, [...args, "-in", "in.pem", "-passout", "file:password"]);
          const { keys } = await decode(bytes, { password: Buffer.from(password) });
          expect({ form, keys }).toEqual({ form, keys: [{ pkcs8 }] });
        }
        const bundle = { leaf: Buffer.alloc(0), chain: [], trusted: [], key: pkcs8 };
        await writeFile(join(folder, "ours.pem"), await encode(bundle, { format: "PEM", content: "Key" }));
        expect(await written(folder, ["pkcs8", "-topk8", "-nocrypt", "-in", "ours.pem", "-outform", "DER"])).toEqual(
          pkcs8,
        );
      }),
    );
    await fc.assert(property, { numRuns: 2, endOnFailure: true });
  });
});
