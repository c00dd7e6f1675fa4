import { Reader } from "../asn1/reader.ts";
import { FormatError } from "../errors.ts";
import type { PlainKeyForm } from "./form.ts";

/** ML-DSA (RFC 9881): passed through where this Node's OpenSSL does not know it. */
const passedThrough = new Set(["2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19"]);

const known: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.1": "RSA",
  "1.2.840.113549.1.1.10": "RSA-PSS",
  "1.2.840.10045.2.1": "EC",
  "1.2.840.10040.4.1": "DSA",
  "1.3.101.112": "Ed25519",
  "1.3.101.113": "Ed448",
};

/** Why OpenSSL does not read a key; undefined for one that is passed through all the same. */
export function refusalOf(der: Buffer, form: PlainKeyForm, where: string): FormatError | undefined {
  if (form !== "PKCS8") return unusable({ PKCS1: "RSA", SEC1: "EC", DSA: "DSA" }[form], where);
  const fields = Reader.of(der, { what: where, ber: true }).sequence();
  fields.element();
  const oid = fields.sequence().oid();
  if (passedThrough.has(oid)) return undefined;
  const name = known[oid];
  if (name !== undefined) return unusable(name, where);
  const message = `${where} is a private key of a kind that is not read (${oid}).`;
  return new FormatError("UnsupportedAlgorithm", message, { oid });
}

function unusable(name: string, where: string): FormatError {
  return new FormatError("Malformed", `${where} is not a usable ${name} private key.`);
}
