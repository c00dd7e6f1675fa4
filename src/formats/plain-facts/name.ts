import type { Reader } from "../asn1/reader.ts";
import { IA5_STRING, OID, PRINTABLE_STRING, UTF8_STRING } from "../asn1/tags.ts";
import { oidKey } from "./oid-key.ts";

/** Attributes under OpenSSL's short names. */
const attributes = new Map(
  Object.entries({
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.42": "GN",
    "1.2.840.113549.1.9.1": "emailAddress",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
  }).map(([oid, name]) => [oidKey(oid), name]),
);

/** ASCII in which RFC 4514 escapes nothing. */
const plain = /^(?![ #])[ !#-*\-./0-:=?-[\]-~]+(?<! )$/;

/** An RDNSequence, most specific part first, as RFC 4514 writes it. */
export function readName(rdns: Reader): string {
  let name = "";
  while (!rdns.done) {
    const rdn = rdns.set();
    const part = readAttribute(rdn.sequence());
    rdn.finish();
    name = name === "" ? part : `${part},${name}`;
  }
  return name;
}

function readAttribute(attribute: Reader): string {
  const type = attributes.get(attribute.content(OID).toString("latin1"));
  const string =
    attribute.optional(UTF8_STRING) ?? attribute.optional(PRINTABLE_STRING) ?? attribute.element(IA5_STRING);
  const value = attribute.contentOf(string).toString("latin1");
  if (type === undefined || !plain.test(value)) throw new Error("an attribute that is not plain");
  return `${type}=${value}`;
}
