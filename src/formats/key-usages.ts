import { Reader } from "./asn1/reader.ts";
import { BIT_STRING, BOOLEAN, context, INTEGER, OCTET_STRING, SEQUENCE } from "./asn1/tags.ts";

/** The bits of the extension KeyUsage, the first one first (RFC 5280, section 4.2.1.3). */
const usages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof usages)[number];

/**
 * What a certificate in DER says that its key is for; undefined where it says nothing. Throws `FormatError` `Malformed` where
 * its extensions do not read.
 */
export function keyUsagesOf(der: Uint8Array): readonly KeyUsage[] | undefined {
  const what = "the certificate";
  const buffer = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  const extensions = extensionsOf(Reader.of(buffer, { what, ber: true }).sequence().sequence());
  const value = extensions === undefined ? undefined : valueIn(extensions);
  if (value === undefined) return undefined;
  const [, ...bytes] = Reader.of(value, { what, ber: true }).content(BIT_STRING);
  return usages.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function valueIn(extensions: Reader): Buffer | undefined {
  while (!extensions.done) {
    const extension = extensions.sequence();
    const id = extension.oid();
    extension.optional(BOOLEAN);
    if (id === "2.5.29.15") return extension.content(OCTET_STRING);
  }
  return undefined;
}

/** TBSCertificate up to its extensions: version, serialNumber, five sequences, two unique identifiers (RFC 5280, section 4.1). */
function extensionsOf(tbs: Reader): Reader | undefined {
  tbs.optional(context(0));
  tbs.element(INTEGER);
  for (let field = 0; field < 5; field += 1) tbs.element(SEQUENCE);
  tbs.optional(context(1, false));
  tbs.optional(context(2, false));
  return tbs.done ? undefined : tbs.into(context(3)).sequence();
}
