import { pbkdf2, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Reader } from "../asn1/reader.ts";
import { INTEGER, OCTET_STRING, SEQUENCE } from "../asn1/tags.ts";
import { unsupported } from "../errors.ts";
import type { Budget } from "../limits.ts";
import { type AlgorithmIdentifier, readAlgorithm, strangers } from "./algorithm.ts";
import { hmacs } from "./digests.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** A key derivation function of PKCS#5 with its parameters. */
export interface Kdf {
  /** What the parameters demand of the key's length. */
  readonly keyBytes: number | undefined;
  /** Charges the budget; runs in libuv's pool. */
  derive(password: Buffer, keyBytes: number, budget: Budget): Promise<Buffer>;
}

const pbkdf2Async = promisify(pbkdf2);
const scryptAsync = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);
const pbkdf2Oid = "1.2.840.113549.1.5.12";
const scryptOid = "1.3.6.1.4.1.11591.4.11";

/** Throws `FormatError` `Malformed` or `UnsupportedAlgorithm`. */
export function readKdf({ oid, parameters }: AlgorithmIdentifier): Kdf {
  if (oid === pbkdf2Oid) return readPbkdf2(parameters.sequence());
  if (oid === scryptOid) return readScrypt(parameters.sequence());
  throw unsupported("key derivation", oid, strangers[oid]);
}

/** PBKDF2-params (RFC 8018 A.2). */
function readPbkdf2(reader: Reader): Kdf {
  if (!reader.is(OCTET_STRING)) reader.fail("the salt of PBKDF2 is not an OCTET STRING");
  const salt = reader.octets();
  const iterations = positive(reader, "the iteration count");
  const keyBytes = reader.is(INTEGER) ? positive(reader, "the key length") : undefined;
  const prf = reader.is(SEQUENCE) ? readAlgorithm(reader).oid : undefined;
  reader.finish();
  const digest = prf === undefined ? "sha1" : hmacs[prf];
  if (digest === undefined) throw unsupported("key derivation", prf ?? "", strangers[prf ?? ""]);
  return {
    keyBytes,
    derive(password, length, budget) {
      // Each block of output costs all iterations; a key that fits the largest digest counts as one.
      budget.chargeIterations(iterations * Math.ceil(length / 64));
      return pbkdf2Key({ password, salt, iterations, bytes: length, digest }, budget.signal);
    },
  };
}

export interface Pbkdf2Input {
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly bytes: number;
  readonly digest: string;
}

/** In libuv's pool. The caller has charged it. */
export function pbkdf2Key(input: Pbkdf2Input, signal: AbortSignal | undefined): Promise<Buffer> {
  const { password, salt, iterations, bytes, digest } = input;
  return unlessAborted(pbkdf2Async(password, salt, iterations, bytes, digest), signal);
}

/** scrypt-params (RFC 7914, section 7.1). */
function readScrypt(reader: Reader): Kdf {
  const salt = reader.octets();
  const at = reader.offset;
  const N = positive(reader, "the cost of scrypt");
  const r = positive(reader, "the block size of scrypt");
  const p = positive(reader, "the parallelization of scrypt");
  const keyBytes = reader.is(INTEGER) ? positive(reader, "the key length") : undefined;
  reader.finish();
  if (N < 2 || !Number.isInteger(Math.log2(N))) reader.fail("the cost of scrypt is not a power of two", at);
  return {
    keyBytes,
    derive(password, length, budget) {
      budget.chargeScrypt(N, r, p);
      const maxmem = 2 * budget.limits.scryptBytes;
      return unlessAborted(scryptAsync(password, salt, length, { N, r, p, maxmem }), budget.signal);
    },
  };
}

export function positive(reader: Reader, name: string): number {
  const at = reader.offset;
  const value = reader.small(name);
  if (value === 0) reader.fail(`${name} is zero`, at);
  return value;
}
