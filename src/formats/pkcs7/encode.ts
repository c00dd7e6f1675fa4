import { context, SET } from "../asn1/tags.ts";
import { explicit, integer, oid, sequence, tlv } from "../asn1/writer.ts";
import { DATA, SIGNED_DATA } from "./content-types.ts";

/**
 * Certificates as a SignedData that nobody has signed, in DER: what `openssl crl2pkcs7 -nocrl -outform DER` writes, byte for
 * byte. The order is kept, though DER would sort a SET: readers that show the first one as the leaf rely on it.
 */
export function encodePkcs7(certificates: readonly Uint8Array[]): Buffer {
  const signedData = sequence(integer(1), tlv(SET), sequence(oid(DATA)), tlv(context(0), ...certificates), tlv(SET));
  return sequence(oid(SIGNED_DATA), explicit(0, signedData));
}
