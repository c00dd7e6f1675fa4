import { oidContent } from "./oid.ts";
import * as tags from "./tags.ts";

/** One DER element around its parts. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = header(tag, length);
  const whole = Buffer.allocUnsafe(head.length + length);
  whole.set(head);
  let at = head.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function header(tag: number, length: number): number[] {
  if (length < 0x80) return [tag, length];
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  return [tag, 0x80 | bytes.length, ...bytes];
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tlv(tags.SEQUENCE, ...parts);
}

/** A SET OF, its elements in DER's order (X.690 11.6). */
export function setOf(...parts: readonly Uint8Array[]): Buffer {
  return tlv(tags.SET, ...parts.toSorted((a, b) => Buffer.compare(a, b)));
}

export function octetString(content: Uint8Array): Buffer {
  return tlv(tags.OCTET_STRING, content);
}

/** An OCTET STRING whose tag is replaced by [n]. */
export function implicitOctets(number: number, content: Uint8Array): Buffer {
  return tlv(tags.context(number, false), content);
}

export function bitString(content: Uint8Array): Buffer {
  return tlv(tags.BIT_STRING, Buffer.of(0), content);
}

export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return tlv(tags.context(number), ...parts);
}

export function nothing(): Buffer {
  return tlv(tags.NULL);
}

const oids = new Map<string, Buffer>();

export function oid(text: string): Buffer {
  const known = oids.get(text);
  if (known !== undefined) return known;
  const made = tlv(tags.OID, oidContent(text));
  oids.set(text, made);
  return made;
}

/** A non-negative INTEGER. */
export function integer(value: number): Buffer {
  const bytes = [value & 0xff];
  for (let left = Math.floor(value / 256); left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  return tlv(tags.INTEGER, Buffer.from((bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes));
}

/** A BMPString: UTF-16, big endian. Characters outside the basic plane go as surrogate pairs, as every writer does. */
export function bmpString(text: string): Buffer {
  return tlv(tags.BMP_STRING, Buffer.from(text, "utf16le").swap16());
}

export function utf8String(text: string): Buffer {
  return tlv(tags.UTF8_STRING, Buffer.from(text, "utf8"));
}
