import { checkDepth } from "./asn1/depth.ts";
import { Reader } from "./asn1/reader.ts";
import { BIT_STRING } from "./asn1/tags.ts";
import { readCertificate } from "./certificate.ts";
import { FormatError } from "./errors.ts";
import { readKey } from "./key/read.ts";
import type { Contents, Reading } from "./types.ts";

const what = "The value";

/**
 * One certificate or private key in DER. Throws `FormatError`: `Malformed`, `UnsupportedAlgorithm`, `PasswordRequired`,
 * `WrongPassword` or `LimitExceeded`.
 */
export async function decodeDer(bytes: Buffer, { budget, password, keyPassword }: Reading): Promise<Contents> {
  checkDepth(bytes, budget.limits.depth, what);
  // A copy: keys are wiped by whoever gets them, and the bytes are the caller's.
  const pkcs8 = await readKey(Buffer.from(bytes), keyPassword ?? password, budget, what);
  if (pkcs8 !== undefined) return { certificates: [], keys: [{ pkcs8 }], warnings: [], authenticated: false };
  if (isPublicKey(bytes)) {
    throw new FormatError("Malformed", `${what} is a public key, which is neither a certificate nor a private key.`);
  }
  budget.chargeCertificates();
  const certificates = [{ der: readCertificate(bytes, what) }];
  return { certificates, keys: [], warnings: [], authenticated: false };
}

/** SubjectPublicKeyInfo (RFC 5280 4.1). */
function isPublicKey(bytes: Buffer): boolean {
  try {
    const fields = Reader.of(bytes, { what, ber: true }).sequence();
    fields.sequence().oid();
    return fields.is(BIT_STRING);
  } catch {
    return false;
  }
}
