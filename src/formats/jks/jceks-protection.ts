import { createDecipheriv, createHash } from "node:crypto";
import type { Reader } from "../asn1/reader.ts";
import type { Budget } from "../limits.ts";
import { hashChain } from "../pbe/hash-chains.ts";

/** PBEWithMD5AndTripleDES, Sun's own (PBES1Core.java in com.sun.crypto.provider). */
export const jceksProtectionOid = "1.3.6.1.4.1.42.2.19.1";

export interface JceksParameters {
  readonly salt: Buffer;
  readonly iterations: number;
}

export function jceksParameters(algorithm: Reader): JceksParameters {
  const parameters = algorithm.sequence();
  const salt = parameters.octets();
  if (salt.length !== 8) parameters.fail(`a salt of ${salt.length} bytes; 8 were expected`);
  const iterations = parameters.small("the iteration count");
  if (iterations === 0) parameters.fail("an iteration count of 0");
  return { salt, iterations };
}

/** The key, or undefined when the password is another one or the bytes were changed. `password` is UTF-16, big endian. */
export async function openJceksKey(
  sealed: Buffer,
  password: Buffer,
  { salt, iterations }: JceksParameters,
  budget: Budget,
): Promise<Buffer | undefined> {
  budget.chargeIterations(2 * iterations);
  const derived = await derive(ascii(password), halves(salt), iterations, budget.signal);
  try {
    const cipher = createDecipheriv("des-ede3-cbc", derived.subarray(0, 24), derived.subarray(24));
    return Buffer.concat([cipher.update(sealed), cipher.final()]);
  } catch {
    return undefined;
  } finally {
    derived.fill(0);
  }
}

/** Java takes seven bits of each character, and itself lets in ASCII only. */
function ascii(password: Buffer): Buffer {
  return Buffer.from(password.filter((_byte, index) => index % 2 === 1).map((byte) => byte & 0x7f));
}

/** Equal halves would give equal keys, so Java turns the first one round. */
function halves(salt: Buffer): [Buffer, Buffer] {
  const first = Buffer.from(salt.subarray(0, 4));
  const second = salt.subarray(4);
  return [first.equals(second) ? first.reverse() : first, second];
}

/** 24 bytes of key and 8 of initialisation vector: for each half of the salt MD5(.. MD5(MD5(half, password), password) ..). */
async function derive(
  password: Buffer,
  salts: readonly Buffer[],
  iterations: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const chains = salts.map((salt) => {
    const start = createHash("md5").update(salt).update(password).digest();
    return hashChain({ digest: "md5", start, count: iterations - 1, suffix: password }, signal);
  });
  try {
    return Buffer.concat(await Promise.all(chains));
  } finally {
    password.fill(0);
  }
}
