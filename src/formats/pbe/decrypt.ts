import { Reader } from "../asn1/reader.ts";
import { FormatError } from "../errors.ts";
import type { Budget } from "../limits.ts";
import type { PasswordForms } from "./password.ts";
import type { Scheme } from "./scheme.ts";

export interface Encrypted {
  readonly scheme: Scheme;
  readonly ciphertext: Buffer;
  /** `the private key`, for messages. */
  readonly what: string;
}

/**
 * Decrypts ASN.1 under the first of a password's forms that fits. The caller zeroes what it gets. Throws `FormatError`:
 * `WrongPassword` when none fits, `LimitExceeded`.
 */
export async function decrypt(encrypted: Encrypted, password: PasswordForms, budget: Budget): Promise<Buffer> {
  const { scheme, ciphertext, what } = encrypted;
  for (const form of password[scheme.takes]) {
    const { key, iv } = await scheme.derive(form, budget);
    const plaintext = scheme.cipher.decrypt(key, iv, ciphertext);
    key.fill(0);
    if (plaintext === undefined) continue;
    if (isSequence(plaintext)) return plaintext;
    plaintext.fill(0);
  }
  throw wrongPassword(what);
}

export function wrongPassword(what: string): FormatError {
  return new FormatError(
    "WrongPassword",
    `The password does not open ${what}, or it was changed after it was written.`,
  );
}

/** Padding alone passes once in 256 times with a wrong key. */
function isSequence(plaintext: Buffer): boolean {
  try {
    const reader = Reader.of(plaintext, { what: "the plaintext", ber: true });
    reader.sequence();
    return reader.done;
  } catch {
    return false;
  }
}
