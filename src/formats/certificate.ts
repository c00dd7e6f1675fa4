import { X509Certificate } from "node:crypto";
import { Reader } from "./asn1/reader.ts";
import { SEQUENCE } from "./asn1/tags.ts";
import { FormatError } from "./errors.ts";

/** The DER of one X.509 certificate as given. Throws `FormatError` `Malformed`. */
export function readCertificate(der: Buffer, where: string): Buffer {
  const reader = Reader.of(der, { what: where, ber: true });
  reader.element();
  reader.finish();
  try {
    return Buffer.from(new X509Certificate(der).raw);
  } catch {
    throw new FormatError("Malformed", `${where} is not an X.509 certificate.`);
  }
}

/** Without what OpenSSL appends to a TRUSTED CERTIFICATE: uses that are trusted or refused, and a name. */
export function withoutTrustData(der: Buffer, where: string): Buffer {
  return Reader.of(der, { what: where, ber: true }).raw(SEQUENCE);
}
