import { bitString, explicit, integer, nothing, octetString, oid, sequence, setOf, tlv } from "../../asn1/writer.ts";
import * as oids from "../oids.ts";

/** PKCS#12 keystores as no program writes them, without encryption. */
export function pfx(safes: readonly Buffer[], mac: readonly Buffer[] = []): Buffer {
  return sequence(integer(3), data(sequence(...safes)), ...mac);
}

export function data(content: Buffer): Buffer {
  return sequence(oid(oids.data), explicit(0, octetString(content)));
}

export function safe(...bags: readonly Buffer[]): Buffer {
  return data(sequence(...bags));
}

export function bag(type: string, value: Buffer, attributes: readonly Buffer[] = []): Buffer {
  return sequence(oid(type), explicit(0, value), ...(attributes.length === 0 ? [] : [setOf(...attributes)]));
}

export function certificateBag(der: Buffer, attributes: readonly Buffer[] = []): Buffer {
  const value = sequence(oid(oids.x509Certificate), explicit(0, octetString(der)));
  return bag(oids.certBag, value, attributes);
}

export function keyBag(pkcs8: Buffer, attributes: readonly Buffer[] = []): Buffer {
  return bag(oids.keyBag, pkcs8, attributes);
}

export function attribute(type: string, value: Buffer): Buffer {
  return sequence(oid(type), setOf(value));
}

/** MacData with a digest that is wrong. */
export function wrongMac(iterations: number): Buffer {
  const sha1 = sequence(oid("1.3.14.3.2.26"), nothing());
  return sequence(sequence(sha1, octetString(Buffer.alloc(20))), octetString(Buffer.alloc(8)), integer(iterations));
}

/** Looks like a certificate from outside, and no more. */
export function certificate(number: number): Buffer {
  return sequence(sequence(integer(number)), sequence(oid("1.2.3")), bitString(Buffer.alloc(1)));
}

/** Looks like a private key from outside, and no more. */
export function privateKey(number: number): Buffer {
  return sequence(integer(0), sequence(oid("1.2.3")), octetString(integer(number)));
}

/** The same keystore in BER: every constructed value of indefinite length, every OCTET STRING in pieces. */
export function inBer(der: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < der.length;) {
    const { tag, content, end } = element(der, at);
    parts.push(
      tag === 0x04 ? pieces(content) : (tag & 0x20) !== 0 ? indefinite(tag, inBer(content)) : der.subarray(at, end),
    );
    at = end;
  }
  return Buffer.concat(parts);
}

function pieces(content: Buffer): Buffer {
  const half = content.length >> 1;
  const both = [content.subarray(0, half), content.subarray(half)].map((part) => tlv(0x04, part));
  return indefinite(0x24, Buffer.concat(both));
}

function indefinite(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x80), content, Buffer.of(0, 0)]);
}

function element(der: Buffer, at: number): { tag: number; content: Buffer; end: number } {
  const first = der[at + 1] ?? 0;
  const lengthBytes = first > 0x80 ? first & 0x7f : 0;
  const start = at + 2 + lengthBytes;
  const end = start + (lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes));
  return { tag: der[at] ?? 0, content: der.subarray(start, end), end };
}
