import { createHash } from "node:crypto";
import { hashChain } from "./hash-chains.ts";

/** What the PKCS#12 KDF derives (RFC 7292 B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const;
export type Purpose = (typeof purposes)[keyof typeof purposes];

export interface Pkcs12KdfInput {
  /** As OpenSSL names it: `sha1`, `sha256`, `sha3-256`. */
  readonly digest: string;
  /** UTF-16, big endian, with its terminator. */
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly purpose: Purpose;
  readonly bytes: number;
}

/** The key derivation of PKCS#12 (RFC 7292 B.2). The caller has charged it. */
export async function pkcs12Kdf(input: Pkcs12KdfInput, signal: AbortSignal | undefined): Promise<Buffer> {
  const { digest, password, salt, iterations, purpose, bytes } = input;
  const v = blockBytes(digest);
  const filledPassword = repeated(password, v);
  const filled = Buffer.concat([repeated(salt, v), filledPassword]);
  filledPassword.fill(0);
  const diversifier = Buffer.alloc(v, purpose);
  const out: Buffer[] = [];
  for (let length = 0; length < bytes;) {
    const start = createHash(digest).update(diversifier).update(filled).digest();
    const block = await hashChain({ digest, start, count: iterations - 1 }, signal);
    out.push(block);
    length += block.length;
    if (length < bytes) addToEach(filled, repeated(block, v), v);
  }
  filled.fill(0);
  const derived = Buffer.concat(out).subarray(0, bytes);
  for (const block of out) block.fill(0);
  return derived;
}

/** The block size of a digest in bytes, `v` in the RFC. Rate of the sponge for SHA-3 (FIPS 202, table 3). */
function blockBytes(digest: string): number {
  const known = { "sha3-224": 144, "sha3-256": 136, "sha3-384": 104, "sha3-512": 72 }[digest];
  return known ?? (/^sha(?:384|512)/.test(digest) ? 128 : 64);
}

/** `part` again and again until a multiple of `size` is filled; nothing of nothing. */
function repeated(part: Buffer, size: number): Buffer {
  return Buffer.alloc(size * Math.ceil(part.length / size), part);
}

/** Each `size` bytes of `input` plus `addend` plus one, as big-endian numbers that overflow. */
function addToEach(input: Buffer, addend: Buffer, size: number): void {
  for (let start = 0; start < input.length; start += size) {
    let carry = 1;
    for (let i = size - 1; i >= 0; i--) {
      carry += (input[start + i] ?? 0) + (addend[i] ?? 0);
      input[start + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}
