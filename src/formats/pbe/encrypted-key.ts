import { Reader } from "../asn1/reader.ts";
import { FormatError, sentenceCase } from "../errors.ts";
import type { Budget } from "../limits.ts";
import { readAlgorithm } from "./algorithm.ts";
import { decrypt, type Encrypted } from "./decrypt.ts";
import { passwordForms, zeroForms } from "./password.ts";
import { readScheme } from "./scheme.ts";

/**
 * The PKCS#8 PrivateKeyInfo inside an EncryptedPrivateKeyInfo (RFC 5958, section 3). The caller zeroes it. Throws
 * `FormatError`: `PasswordRequired`, `WrongPassword`, `UnsupportedAlgorithm`, `Malformed`, `LimitExceeded`.
 */
export async function decryptPrivateKey(
  der: Buffer,
  password: Uint8Array | undefined,
  budget: Budget,
  what = "the encrypted private key",
): Promise<Buffer> {
  const encrypted = readEncryptedKey(der, what, budget.limits.depth);
  if (password === undefined) {
    throw new FormatError("PasswordRequired", `${sentenceCase(what)} needs a password, and none is given.`);
  }
  const forms = passwordForms(password);
  try {
    return await decrypt(encrypted, forms, budget);
  } finally {
    zeroForms(forms);
  }
}

/** Throws `FormatError`: `UnsupportedAlgorithm`, `Malformed`, `LimitExceeded`. */
export function readEncryptedKey(der: Buffer, what: string, depth: number): Encrypted {
  const outer = Reader.of(der, { what, ber: true, depth });
  const reader = outer.sequence();
  outer.finish();
  const scheme = readScheme(readAlgorithm(reader));
  const ciphertext = reader.octets();
  reader.finish();
  return { scheme, ciphertext, what };
}

/** Tells EncryptedPrivateKeyInfo by its shape: an AlgorithmIdentifier and an OCTET STRING. */
export function isEncryptedPrivateKey(der: Buffer): boolean {
  try {
    const reader = Reader.of(der, { what: "the value", ber: true }).sequence();
    reader.sequence().oid();
    reader.octets();
    return reader.done;
  } catch {
    return false;
  }
}
