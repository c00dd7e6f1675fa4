import { X509Certificate } from "node:crypto";
import { Reader } from "../asn1/reader.ts";
import { context, INTEGER, SEQUENCE } from "../asn1/tags.ts";
import { readTime } from "../asn1/time.ts";
import { FormatError } from "../errors.ts";
import type { CertificateEntry, KeyEntry, KeystoreContent } from "../keystore-content.ts";
import { javaPasswords } from "./password.ts";
import { keyEntry, trustedEntry, writeJks } from "./write.ts";

export interface JksOptions {
  /** UTF-8. Of the store and of the keys in it, as consumers of one password expect. */
  readonly password?: Uint8Array | undefined;
}

/**
 * Writes a JKS as Java does, behind entries of another JKS that are kept. Dates are the certificates' notBefore, so that a trust store of the same certificates has the same
 * bytes; keys are sealed with fresh salts. Throws `FormatError`: `PasswordRequired`, `NoPrivateKey` where a certificate is
 * neither a key's nor trusted, `LimitExceeded` for an alias that has no room.
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
    const entries = [...keys.map((entry) => sealed(entry, password)), ...certificates.map(trusted)];
    return writeJks([...kept, ...entries], password);
  } finally {
    for (const each of passwords) each.fill(0);
  }
}

/** Java looks aliases up in small letters, whatever it is asked for. */
function aliasOf(alias: string): string {
  return alias.toLowerCase();
}

function sealed({ alias, pkcs8, certificates }: KeyEntry, password: Buffer): Buffer {
  const [leaf] = certificates;
  const created = leaf === undefined ? new Date(0) : dateOf(leaf);
  return keyEntry({ alias: aliasOf(alias), created, key: pkcs8, chain: certificates }, password);
}

function trusted({ alias, certificate, trusted }: CertificateEntry): Buffer {
  if (alias !== undefined && trusted) {
    return trustedEntry({ alias: aliasOf(alias), created: dateOf(certificate), certificate });
  }
  const message = "A JKS keystore holds certificates with their private key, or as trusted, and the source has no key.";
  throw new FormatError("NoPrivateKey", message);
}

/** notBefore (RFC 5280 4.1.2.5). */
function dateOf(certificate: Buffer): Date {
  const tbs = Reader.of(certificate, { what: "the certificate", ber: true }).sequence().sequence();
  tbs.optional(context(0));
  tbs.element(INTEGER);
  tbs.element(SEQUENCE);
  tbs.element(SEQUENCE);
  const date = readTime(tbs.sequence());
  return Number.isNaN(date.getTime()) ? new X509Certificate(certificate).validFromDate : date;
}
