import { FormatError } from "../errors.ts";
import type { Budget } from "../limits.ts";
import { decryptPrivateKey } from "../pbe/encrypted-key.ts";
import { keyForm } from "./form.ts";
import { toPkcs8 } from "./pkcs8.ts";
import { refusalOf } from "./refusal.ts";

/**
 * A private key in any form as PKCS#8 DER, or undefined when the DER is no private key. `der` is wiped unless it is what is
 * given back. Throws `FormatError`: `PasswordRequired`, `WrongPassword`, `Malformed`, `UnsupportedAlgorithm`, `LimitExceeded`.
 */
export async function readKey(
  der: Buffer,
  password: Uint8Array | undefined,
  budget: Budget,
  where: string,
): Promise<Buffer | undefined> {
  const form = keyForm(der);
  if (form === undefined) return undefined;
  const plain = form === "Encrypted" ? await decryptPrivateKey(der, password, budget, where) : der;
  return plainKey(plain, budget, where);
}

/** The same for a key that is not encrypted, or no longer. */
export function plainKey(der: Buffer, budget: Budget, where: string): Buffer {
  const form = keyForm(der);
  if (form === undefined || form === "Encrypted") {
    throw new FormatError("Malformed", `${where} holds something else than a private key.`);
  }
  budget.chargeKeys();
  try {
    const pkcs8 = toPkcs8(der, form);
    if (pkcs8 !== der) der.fill(0);
    return pkcs8;
  } catch {
    const refusal = refusalOf(der, form, where);
    if (refusal === undefined) return der;
    der.fill(0);
    throw refusal;
  }
}
