import { createPrivateKey } from "node:crypto";
import { Reader } from "../asn1/reader.ts";
import { INTEGER } from "../asn1/tags.ts";
import { integer, octetString, oid, sequence } from "../asn1/writer.ts";
import type { PlainKeyForm } from "./form.ts";

/**
 * A private key as PKCS#8 DER. What is PKCS#8 already stays as it is, byte for byte, algorithm and attributes included. Throws
 * what `createPrivateKey` throws for a key that OpenSSL does not read.
 */
export function toPkcs8(der: Buffer, form: PlainKeyForm): Buffer {
  switch (form) {
    case "PKCS8":
      createPrivateKey({ key: der, format: "der", type: "pkcs8" });
      return der;
    case "PKCS1":
      return createPrivateKey({ key: der, format: "der", type: "pkcs1" }).export({ format: "der", type: "pkcs8" });
    case "SEC1":
      return createPrivateKey({ key: der, format: "der", type: "sec1" }).export({ format: "der", type: "pkcs8" });
    case "DSA":
      return toPkcs8(dsa(der), "PKCS8");
  }
}

/** From version, p, q, g, y, x, which node:crypto reads in PEM only. */
function dsa(der: Buffer): Buffer {
  const fields = Reader.of(der, { what: "the private key", ber: true }).sequence();
  fields.element();
  const parameters = sequence(fields.raw(INTEGER), fields.raw(INTEGER), fields.raw(INTEGER));
  fields.element();
  return sequence(integer(0), sequence(oid("1.2.840.10040.4.1"), parameters), octetString(fields.raw(INTEGER)));
}
