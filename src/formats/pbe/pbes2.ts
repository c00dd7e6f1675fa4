import { INTEGER, OCTET_STRING } from "../asn1/tags.ts";
import { malformed, unsupported } from "../errors.ts";
import { type AlgorithmIdentifier, readAlgorithm, strangers } from "./algorithm.ts";
import * as ciphers from "./cipher.ts";
import { readKdf } from "./kdf.ts";
import type { Scheme } from "./scheme.ts";

const pbes2Oid = "1.2.840.113549.1.5.13";
const rc2Oid = "1.2.840.113549.3.2";
const known: Readonly<Record<string, ciphers.Cipher>> = {
  "2.16.840.1.101.3.4.1.2": ciphers.aes128,
  "2.16.840.1.101.3.4.1.22": ciphers.aes192,
  "2.16.840.1.101.3.4.1.42": ciphers.aes256,
  "1.2.840.113549.3.7": ciphers.tripleDes,
  "1.3.14.3.2.7": ciphers.des,
  "1.2.392.200011.61.1.1.1.2": ciphers.camellia128,
  "1.2.392.200011.61.1.1.1.3": ciphers.camellia192,
  "1.2.392.200011.61.1.1.1.4": ciphers.camellia256,
};

/** PBES2 (RFC 8018 6.2, A.4). Undefined for other algorithms. */
export function pbes2({ oid, parameters }: AlgorithmIdentifier): Scheme | undefined {
  if (oid !== pbes2Oid) return undefined;
  const reader = parameters.sequence();
  const kdf = readKdf(readAlgorithm(reader));
  const at = reader.offset;
  const { cipher, iv } = readEncryption(readAlgorithm(reader), kdf.keyBytes);
  reader.finish();
  if (iv.length !== cipher.ivBytes) {
    throw malformed(reader.what, at, `the IV has ${iv.length} bytes`, `${cipher.ivBytes} bytes`);
  }
  if ((kdf.keyBytes ?? cipher.keyBytes) !== cipher.keyBytes) {
    throw malformed(reader.what, at, `the key length does not fit ${cipher.name}`, `${cipher.keyBytes} bytes`);
  }
  return {
    takes: "octets",
    cipher,
    derive: async (password, budget) => ({ key: await kdf.derive(password, cipher.keyBytes, budget), iv }),
  };
}

function readEncryption(
  { oid, parameters }: AlgorithmIdentifier,
  keyBytes: number | undefined,
): { cipher: ciphers.Cipher; iv: Buffer } {
  const cipher = known[oid];
  if (cipher !== undefined) return { cipher, iv: parameters.octets() };
  if (oid !== rc2Oid) throw unsupported("encryption", oid, strangers[oid]);
  if (parameters.is(OCTET_STRING)) return { cipher: ciphers.rc2(32, keyBytes), iv: parameters.octets() };
  const reader = parameters.sequence();
  const bits = reader.is(INTEGER) ? effectiveBits(reader.small("the version of RC2")) : 32;
  if (bits < 1 || bits > 1024 || (keyBytes ?? 1) > 128) reader.fail("the effective key length of RC2 is out of range");
  return { cipher: ciphers.rc2(bits, keyBytes), iv: reader.octets() };
}

/** RFC 8018 B.2.3: three lengths in code, others as they are. */
function effectiveBits(version: number): number {
  return { 160: 40, 120: 64, 58: 128 }[version] ?? (version >= 256 ? version : 0);
}
