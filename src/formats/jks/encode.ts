import { nothing, octetString, oid, sequence } from "../asn1/writer.ts";
import { FormatError } from "../errors.ts";
import type { CertificateEntry, KeyEntry, KeystoreContent } from "../keystore-content.ts";
import { DataOutput } from "./data-output.ts";
import { integrityDigest } from "./integrity.ts";
import { jksProtectionOid, sealJksKey } from "./jks-protection.ts";
import { notBefore } from "./not-before.ts";
import { javaPasswords } from "./password.ts";

export interface JksOptions {
  /** UTF-8. Of the store and of the keys in it, as consumers of one password expect. */
  readonly password?: Uint8Array | undefined;
}

/**
 * Writes a JKS of version 2 as Java does, behind entries of another JKS that are kept. Dates are the certificates' notBefore,
 * so that a trust store of the same certificates has the same bytes; keys are sealed with fresh salts. Throws `FormatError`:
 * `PasswordRequired`, `NoPrivateKey` where a certificate is neither a key's nor trusted, `LimitExceeded` for an alias that
 * has no room.
 */
export function encodeJks(
  { keys, certificates }: KeystoreContent,
  options: JksOptions,
  kept: readonly Buffer[] = [],
): Buffer {
  if (options.password === undefined) throw new FormatError("PasswordRequired", "A JKS keystore needs a password.");
  const passwords = javaPasswords(options.password);
  const [password = Buffer.alloc(0)] = passwords;
  try {
    const out = new DataOutput();
    out.u32(0xfeedfeed);
    out.u32(2);
    out.u32(kept.length + keys.length + certificates.length);
    for (const raw of kept) out.bytes(raw);
    for (const entry of keys) writeKey(out, entry, password);
    for (const entry of certificates) writeTrusted(out, entry);
    out.bytes(integrityDigest(password, out.written));
    return Buffer.from(out.written);
  } finally {
    for (const each of passwords) each.fill(0);
  }
}

const protection = sequence(oid(jksProtectionOid), nothing());

function writeKey(out: DataOutput, { alias, pkcs8, certificates }: KeyEntry, password: Buffer): void {
  const [leaf] = certificates;
  out.u32(1);
  out.text(aliasOf(alias));
  out.date(leaf === undefined ? new Date(0) : notBefore(leaf));
  out.block(sequence(protection, octetString(sealJksKey(pkcs8, password))));
  out.u32(certificates.length);
  for (const certificate of certificates) writeX509(out, certificate);
}

function writeTrusted(out: DataOutput, { alias, certificate, trusted }: CertificateEntry): void {
  if (alias === undefined || !trusted) {
    const message =
      "A JKS keystore holds certificates with their private key, or as trusted, and the source has no key.";
    throw new FormatError("NoPrivateKey", message);
  }
  out.u32(2);
  out.text(aliasOf(alias));
  out.date(notBefore(certificate));
  writeX509(out, certificate);
}

function writeX509(out: DataOutput, certificate: Buffer): void {
  out.text("X.509");
  out.block(certificate);
}

/** Java looks aliases up in small letters, whatever it is asked for. */
function aliasOf(alias: string): string {
  return alias.toLowerCase();
}
