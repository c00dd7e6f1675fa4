import { modifiedUtf8 } from "./modified-utf8.ts";
import { integrityDigest } from "./integrity.ts";
import { FormatError } from "../errors.ts";
import { nothing, octetString, oid, sequence } from "../asn1/writer.ts";
import { jksProtectionOid, sealJksKey } from "./jks-protection.ts";

export interface NewKeyEntry {
  readonly alias: string;
  readonly created: Date;
  /** PKCS#8 DER. */
  readonly key: Buffer;
  /** Leaf first. */
  readonly chain: readonly Buffer[];
}

export interface NewTrustedEntry {
  readonly alias: string;
  readonly created: Date;
  readonly certificate: Buffer;
}

/** A JKS of version 2 around entries as `keyEntry` and `trustedEntry` give them. `password` is UTF-16, big endian. */
export function writeJks(entries: readonly Buffer[], password: Buffer): Buffer {
  const data = Buffer.concat([u32(0xfeedfeed), u32(2), u32(entries.length), ...entries]);
  return Buffer.concat([data, integrityDigest(password, data)]);
}

export function keyEntry({ alias, created, key, chain }: NewKeyEntry, password: Buffer): Buffer {
  const protection = sequence(oid(jksProtectionOid), nothing());
  const sealed = sequence(protection, octetString(sealJksKey(key, password)));
  return Buffer.concat([u32(1), utf(alias), date(created), block(sealed), u32(chain.length), ...chain.map(x509)]);
}

export function trustedEntry({ alias, created, certificate }: NewTrustedEntry): Buffer {
  return Buffer.concat([u32(2), utf(alias), date(created), x509(certificate)]);
}

function x509(der: Buffer): Buffer {
  return Buffer.concat([utf("X.509"), block(der)]);
}

function block(bytes: Buffer): Buffer {
  return Buffer.concat([u32(bytes.length), bytes]);
}

function utf(text: string): Buffer {
  const bytes = modifiedUtf8(text);
  if (bytes.length > 0xffff) throw new FormatError("LimitExceeded", "The alias is longer than a JKS can hold.");
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

function date(created: Date): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(created.getTime()));
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
