import { type Element, Reader } from "../asn1/reader.ts";
import { BIT_STRING, context, INTEGER, SEQUENCE, SET } from "../asn1/tags.ts";
import { FormatError } from "../errors.ts";
import type { Contents, DecodedCertificate, Reading } from "../types.ts";
import { contentTypes, SIGNED_DATA } from "./content-types.ts";

/**
 * The certificates of a PKCS#7 or CMS SignedData (RFC 2315, section 9; RFC 5652, section 5), in the order in which they lie
 * there. What it may have signed and who did is of no interest: the certificates stand for themselves. Throws `FormatError`:
 * `Malformed`, `UnsupportedStoreType` for another content type, or `LimitExceeded`.
 */
export function decodePkcs7(der: Buffer, { budget }: Pick<Reading, "budget">, what = "the PKCS#7"): Contents {
  const outer = Reader.of(der, { what, ber: true, depth: budget.limits.depth });
  const contentInfo = outer.sequence();
  const type = contentInfo.oid();
  if (type !== SIGNED_DATA) throw notSigned(type);
  const content = contentInfo.into(context(0));
  contentInfo.finish();
  const signedData = content.sequence();
  content.finish();
  signedData.element(INTEGER);
  signedData.element(SET);
  signedData.element(SEQUENCE);
  const certificates: DecodedCertificate[] = [];
  // Some programs pad it, and OpenSSL takes no notice.
  const warnings = outer.done ? [] : [`What follows the end of ${what} at byte ${outer.offset} was skipped.`];
  const bag = signedData.optional(context(0));
  if (bag !== undefined) {
    const choices = signedData.inside(bag);
    while (!choices.done) {
      const choice = choices.element();
      if (choice.tag !== SEQUENCE) warnings.push(`An attribute certificate at byte ${choice.start} was skipped.`);
      else certificates.push({ der: certificate(choices, choice) });
    }
  }
  budget.chargeCertificates(certificates.length);
  signedData.optional(context(1));
  signedData.element(SET);
  signedData.finish();
  return { certificates, keys: [], warnings, authenticated: false };
}

/** Told by the object identifier at its start. */
export function isPkcs7(der: Buffer): boolean {
  try {
    const reader = Reader.of(der, { what: "the value", ber: true }).sequence();
    return contentTypes.has(reader.oid());
  } catch {
    return false;
  }
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280, section 4.1). */
function certificate(reader: Reader, element: Element): Buffer {
  const inside = reader.inside(element);
  inside.element(SEQUENCE);
  inside.element(SEQUENCE);
  inside.element(BIT_STRING);
  inside.finish();
  return reader.rawOf(element);
}

function notSigned(oid: string): FormatError {
  const name = contentTypes.get(oid);
  const message = `The PKCS#7 holds ${name ?? `content of type ${oid}`}, not signed data, so there are no certificates to read in it.`;
  return new FormatError("UnsupportedStoreType", message, { oid, ...(name === undefined ? {} : { algorithm: name }) });
}
