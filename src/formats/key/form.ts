import { Reader } from "../asn1/reader.ts";
import { INTEGER, OCTET_STRING, SEQUENCE } from "../asn1/tags.ts";
import { isEncryptedPrivateKey } from "../pbe/encrypted-key.ts";

/**
 * The ASN.1 of a private key: PrivateKeyInfo (RFC 5958), RSAPrivateKey (RFC 8017 A.1.2), ECPrivateKey (RFC 5915), OpenSSL's
 * DSAPrivateKey, or EncryptedPrivateKeyInfo (RFC 5958).
 */
export type KeyForm = PlainKeyForm | "Encrypted";

export type PlainKeyForm = "PKCS8" | "PKCS1" | "SEC1" | "DSA";

/** Told by shape, for labels lie. Undefined: the DER is no private key. */
export function keyForm(der: Buffer): KeyForm | undefined {
  if (der[0] !== SEQUENCE) return undefined;
  try {
    const outer = Reader.of(der, { what: "the value", ber: true });
    const fields = outer.sequence();
    if (!outer.done) return undefined;
    if (fields.is(INTEGER)) return plainForm(fields);
    return isEncryptedPrivateKey(der) ? "Encrypted" : undefined;
  } catch {
    return undefined;
  }
}

function plainForm(fields: Reader): PlainKeyForm | undefined {
  const version = fields.small("the version");
  if (version > 1) return undefined;
  if (fields.is(SEQUENCE)) {
    fields.sequence().oid();
    return fields.is(OCTET_STRING) ? "PKCS8" : undefined;
  }
  if (fields.is(OCTET_STRING)) return version === 1 ? "SEC1" : undefined;
  let integers = 0;
  for (; fields.is(INTEGER); integers++) fields.integerBytes();
  if (integers === 5) return fields.done && version === 0 ? "DSA" : undefined;
  return integers === 8 ? "PKCS1" : undefined;
}
