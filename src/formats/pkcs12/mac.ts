import { createHmac, timingSafeEqual } from "node:crypto";
import type { Budget } from "../limits.ts";
import { wrongPassword } from "../pbe/decrypt.ts";
import type { PasswordForms } from "../pbe/password.ts";
import { pkcs12Kdf, purposes } from "../pbe/pkcs12-kdf.ts";
import type { ClassicMac, MacData, Pbmac1 } from "./mac-data.ts";

/** Throws `FormatError` `WrongPassword` when no form of the password gives the MAC over `content`. */
export async function verifyMac(mac: MacData, content: Buffer, password: PasswordForms, budget: Budget): Promise<void> {
  const forms = mac.kind === "classic" ? password.bmp : password.octets;
  for (const form of forms) {
    const key = await (mac.kind === "classic" ? classicKey(mac, form, budget) : pbmac1Key(mac, form, budget));
    const found = createHmac(mac.digest, key).update(content).digest();
    key.fill(0);
    if (found.length === mac.value.length && timingSafeEqual(found, mac.value)) return;
  }
  throw wrongPassword("the PKCS#12 keystore");
}

async function classicKey({ digest, salt, iterations }: ClassicMac, password: Buffer, budget: Budget): Promise<Buffer> {
  budget.chargeIterations(iterations);
  const bytes = digestBytes(digest);
  return pkcs12Kdf({ digest, password, salt, iterations, purpose: purposes.mac, bytes }, budget.signal);
}

function pbmac1Key({ kdf, keyBytes }: Pbmac1, password: Buffer, budget: Budget): Promise<Buffer> {
  return kdf.derive(password, keyBytes, budget);
}

function digestBytes(digest: string): number {
  return createHmac(digest, "").digest().length;
}
