/** Identifier octets that certificates and keystores use (X.690). */
export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OID = 0x06;
export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;
export const IA5_STRING = 0x16;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const BMP_STRING = 0x1e;
export const SEQUENCE = 0x30;
export const SET = 0x31;
export const CONSTRUCTED = 0x20;

const names: Readonly<Record<number, string>> = {
  [BOOLEAN]: "BOOLEAN",
  [INTEGER]: "INTEGER",
  [BIT_STRING]: "BIT STRING",
  [OCTET_STRING]: "OCTET STRING",
  [OCTET_STRING | CONSTRUCTED]: "constructed OCTET STRING",
  [NULL]: "NULL",
  [OID]: "OBJECT IDENTIFIER",
  [UTF8_STRING]: "UTF8String",
  [PRINTABLE_STRING]: "PrintableString",
  [UTC_TIME]: "UTCTime",
  [GENERALIZED_TIME]: "GeneralizedTime",
  [BMP_STRING]: "BMPString",
  [SEQUENCE]: "SEQUENCE",
  [SET]: "SET",
};

/** The context-specific tag [n]. */
export function context(number: number, constructed = true): number {
  return 0x80 | (constructed ? CONSTRUCTED : 0) | number;
}

/** A tag in words, for messages. */
export function tagName(tag: number): string {
  const known = names[tag];
  if (known !== undefined) return known;
  return (tag & 0xc0) === 0x80 ? `[${tag & 0x1f}]` : `tag 0x${tag.toString(16).padStart(2, "0")}`;
}
