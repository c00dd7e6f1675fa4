import { X509Certificate } from "node:crypto";
import { Reader } from "../asn1/reader.ts";
import { context, INTEGER, SEQUENCE } from "../asn1/tags.ts";
import { readTime } from "../asn1/time.ts";

/** A certificate's notBefore (RFC 5280 4.1.2.5). */
export function notBefore(certificate: Buffer): Date {
  const tbs = Reader.of(certificate, { what: "the certificate", ber: true }).sequence().sequence();
  tbs.optional(context(0));
  tbs.element(INTEGER);
  tbs.element(SEQUENCE);
  tbs.element(SEQUENCE);
  const date = readTime(tbs.sequence());
  return Number.isNaN(date.getTime()) ? new X509Certificate(certificate).validFromDate : date;
}
