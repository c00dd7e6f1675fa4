import { createHash } from "node:crypto";
import { bmpString, explicit, octetString, oid, sequence, setOf } from "../asn1/writer.ts";
import type { CertificateEntry, KeyEntry } from "../keystore-content.ts";
import type { Prepared } from "../pbe/encrypt.ts";
import * as oids from "./oids.ts";

/** SafeBags of a key's certificates. The leaf carries the alias and the id that joins it to its key, as OpenSSL writes it. */
export function chainBags({ alias, certificates }: KeyEntry): Buffer[] {
  return certificates.map((der, index) =>
    certificateBag(der, index === 0 ? [friendlyName(alias), localKeyId(der)] : []),
  );
}

export function certificateEntryBag({ alias, certificate, trusted }: CertificateEntry): Buffer {
  const usage = trusted ? [attribute(oids.trustedKeyUsage, oid(oids.anyExtendedKeyUsage))] : [];
  return certificateBag(certificate, [...(alias === undefined ? [] : [friendlyName(alias)]), ...usage]);
}

/** `prepared` encrypts the key; without it the key lies in the clear. */
export function keyBag({ alias, pkcs8, certificates: [leaf] }: KeyEntry, prepared: Prepared | undefined): Buffer {
  const attributes = [friendlyName(alias), ...(leaf === undefined ? [] : [localKeyId(leaf)])];
  if (prepared === undefined) return bag(oids.keyBag, pkcs8, attributes);
  const encrypted = sequence(prepared.algorithm, octetString(prepared.encrypt(pkcs8)));
  return bag(oids.shroudedKeyBag, encrypted, attributes);
}

function certificateBag(der: Buffer, attributes: readonly Buffer[]): Buffer {
  return bag(oids.certBag, sequence(oid(oids.x509Certificate), explicit(0, octetString(der))), attributes);
}

function bag(type: string, value: Buffer, attributes: readonly Buffer[]): Buffer {
  return sequence(oid(type), explicit(0, value), ...(attributes.length === 0 ? [] : [setOf(...attributes)]));
}

function friendlyName(alias: string): Buffer {
  return attribute(oids.friendlyName, bmpString(alias));
}

function localKeyId(leaf: Buffer): Buffer {
  return attribute(oids.localKeyId, octetString(createHash("sha1").update(leaf).digest()));
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(oid(type), setOf(value));
}
