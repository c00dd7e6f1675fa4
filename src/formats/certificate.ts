import { X509Certificate } from "node:crypto";
import { Reader } from "./asn1/reader.ts";
import { BIT_STRING, SEQUENCE } from "./asn1/tags.ts";
import { FormatError } from "./errors.ts";

/** The DER of one X.509 certificate as given, read by OpenSSL. Throws `FormatError` `Malformed`. */
export function readCertificate(der: Buffer, where: string): Buffer {
  checkCertificateShape(der, where);
  try {
    return Buffer.from(new X509Certificate(der).raw);
  } catch {
    throw new FormatError("Malformed", `${where} is not an X.509 certificate.`);
  }
}

/** Only the outer shape (RFC 5280 4.1): in a keystore an odd certificate is still one. Throws `FormatError` `Malformed`. */
export function checkCertificateShape(der: Buffer, where: string): void {
  const outer = Reader.of(der, { what: where, ber: true });
  const certificate = outer.sequence();
  outer.finish();
  certificate.element(SEQUENCE);
  certificate.element(SEQUENCE);
  certificate.element(BIT_STRING);
  certificate.finish();
}

/** Without what OpenSSL appends to a TRUSTED CERTIFICATE: uses that are trusted or refused, and a name. */
export function withoutTrustData(der: Buffer, where: string): Buffer {
  return Reader.of(der, { what: where, ber: true }).raw(SEQUENCE);
}
