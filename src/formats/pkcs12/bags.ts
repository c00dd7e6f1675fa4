import { Reader } from "../asn1/reader.ts";
import { context, SET } from "../asn1/tags.ts";
import { checkCertificateShape } from "../certificate.ts";
import type { Budget } from "../limits.ts";
import { type BagAttributes, readAttributes } from "./attributes.ts";
import * as oids from "./oids.ts";

/** A bag that holds something of use. */
export type Bag = BagAttributes &
  (
    | { readonly kind: "certificate"; readonly der: Buffer }
    | { readonly kind: "key"; readonly pkcs8: Buffer }
    | { readonly kind: "encryptedKey"; readonly der: Buffer }
  );

const passedOver: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.10.1.4": "a certificate revocation list",
  "1.2.840.113549.1.12.10.1.5": "a secret key or other secret",
};

/** What to put where: bags in their order, and words about those that are passed over. */
export interface Found {
  readonly bags: Bag[];
  readonly warnings: Set<string>;
}

/** Adds the bags of SafeContents (RFC 7292, section 4.2). Throws `FormatError` `Malformed` or `LimitExceeded`. */
export function readBags(contents: Buffer, found: Found, budget: Budget): void {
  const what = "the content of the PKCS#12 keystore";
  const outer = Reader.of(contents, { what, ber: true, depth: budget.limits.depth });
  readSafeContents(outer.sequence(), found, budget);
  outer.finish();
}

function readSafeContents(contents: Reader, found: Found, budget: Budget): void {
  while (!contents.done) readBag(contents.sequence(), found, budget);
}

function readBag(bag: Reader, found: Found, budget: Budget): void {
  const type = bag.oid();
  const value = bag.into(context(0));
  const attributes = bag.is(SET) ? readAttributes(bag.set()) : { trusted: false };
  bag.finish();
  switch (type) {
    case oids.certBag:
      return addCertificate(value.sequence(), attributes, found, budget);
    case oids.keyBag:
      budget.chargeKeys();
      found.bags.push({ kind: "key", pkcs8: Buffer.from(value.raw()), ...attributes });
      return;
    case oids.shroudedKeyBag:
      budget.chargeKeys();
      found.bags.push({ kind: "encryptedKey", der: value.raw(), ...attributes });
      return;
    case oids.safeContentsBag:
      return readSafeContents(value.sequence(), found, budget);
    default:
      found.warnings.add(
        `The keystore also holds ${passedOver[type] ?? `a bag of type ${type}`}, which is passed over.`,
      );
  }
}

function addCertificate(bag: Reader, attributes: BagAttributes, found: Found, budget: Budget): void {
  const type = bag.oid();
  if (type !== oids.x509Certificate) {
    found.warnings.add(`The keystore also holds a certificate of type ${type}, which is passed over.`);
    return;
  }
  budget.chargeCertificates();
  const der = bag.into(context(0)).octets();
  checkCertificateShape(der, "a certificate in the PKCS#12 keystore");
  found.bags.push({ kind: "certificate", der: Buffer.from(der), ...attributes });
}
