import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from "node:crypto";
import { aliasMatcher } from "./alias.ts";
import { Reader } from "./asn1/reader.ts";
import type { Pool } from "./chain.ts";
import { FormatError } from "./errors.ts";
import { subjectPublicKeyInfo } from "./facts.ts";

/** A certificate of a source, with its name there. */
export interface Named {
  readonly certificate: X509Certificate;
  readonly alias?: string | undefined;
  /** Given as trusted, as keystores do. */
  readonly trusted?: boolean | undefined;
}

/** A private key of a source, with its name there. */
export interface NamedKey {
  readonly pkcs8: Buffer;
  readonly alias?: string | undefined;
}

/** The one certificate that is meant, and its key. */
export interface Identity {
  readonly leaf: X509Certificate;
  readonly key?: Buffer;
}

/**
 * The entry of this alias, as keystores match it: exactly, or without regard to case. A key's entry has that key's certificate,
 * another one the certificate itself, with a key that has no alias where it fits.
 */
export function identityOf(
  alias: string,
  certificates: readonly Named[],
  keys: readonly NamedKey[],
  pool: Pool,
): Identity {
  const matches = aliasMatcher(
    alias,
    [...keys, ...certificates].map((entry) => entry.alias),
  );
  const key = keys.find((key) => matches(key.alias));
  if (key !== undefined) return { leaf: leafOfKey(certificates, key), key: key.pkcs8 };
  const named = certificates.filter((certificate) => matches(certificate.alias));
  if (named.length > 0) return withNamelessKey(onlyLeaf(named, pool), keys);
  throw new FormatError("NoLeaf", `There is no entry ${alias}; ${entries([...keys, ...certificates])}.`);
}

/** Some writers name the certificate alone. */
function withNamelessKey(leaf: X509Certificate, keys: readonly NamedKey[]): Identity {
  const nameless = keys.filter(({ alias }) => alias === undefined);
  const key = nameless.find((key) => leavesOfKey([{ certificate: leaf }], key).length > 0);
  return key === undefined ? { leaf } : { leaf, key: key.pkcs8 };
}

/** The only identity: the certificate that fits the key, or without a key the only one that issued none of the others. */
export function onlyIdentity(certificates: readonly Named[], keys: readonly NamedKey[], pool: Pool): Identity {
  if (keys.length === 0) return { leaf: onlyLeaf(certificates, pool) };
  const [first, ...more] = keys;
  if (first !== undefined && more.length === 0) return { leaf: leafOfKey(certificates, first), key: first.pkcs8 };
  const distinct = keys.filter((key, index) => !keys.slice(0, index).some(({ pkcs8 }) => pkcs8.equals(key.pkcs8)));
  const fitting = distinct.filter((key) => leavesOfKey(certificates, key).length > 0);
  const [only, ...others] = fitting;
  if (only === undefined) throw mismatch(certificates, keys.length);
  if (others.length === 0) return { leaf: leafOfKey(certificates, only), key: only.pkcs8 };
  throw ambiguous(fitting.map((key) => ({ certificate: leafOfKey(certificates, key), alias: key.alias })));
}

function leafOfKey(certificates: readonly Named[], key: NamedKey): X509Certificate {
  const [leaf, ...others] = leavesOfKey(certificates, key);
  if (leaf === undefined) throw mismatch(certificates, 1);
  // The same key in an old and a renewed certificate: the one that lasts longest is meant.
  return others.reduce((best, other) => (other.validToDate > best.validToDate ? other : best), leaf);
}

/** By the bytes of the public key first: OpenSSL takes twenty times as long, and is asked for keys that are written in two ways. */
function leavesOfKey(certificates: readonly Named[], { pkcs8 }: NamedKey): X509Certificate[] {
  const key = keyOf(pkcs8);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const all = [...new Set(certificates.map(({ certificate }) => certificate))];
  const same = all.filter((certificate) => subjectPublicKeyInfo(certificate.raw).equals(spki));
  return same.length > 0 ? same : all.filter((certificate) => fits(certificate, key));
}

/** A keystore gives keys of any algorithm; which certificate fits one that OpenSSL does not know, nobody can tell. */
function keyOf(pkcs8: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  } catch (cause) {
    const fields = Reader.of(pkcs8, { what: "the private key", ber: true }).sequence();
    fields.small("the version");
    const oid = fields.sequence().oid();
    const message = `The private key is of an algorithm that is not known here (${oid}), or damaged.`;
    throw new FormatError("UnsupportedAlgorithm", message, { oid, cause });
  }
}

/** A certificate whose own key OpenSSL does not know fits none. */
function fits(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** Where a CA certificate and another have both issued nothing there, the other is meant. */
function onlyLeaf(certificates: readonly Named[], pool: Pool): X509Certificate {
  const first = new Map(certificates.toReversed().map((one) => [one.certificate, one]));
  const among = new Set(first.keys());
  const childless = [...first.values()]
    .toReversed()
    .filter(({ certificate }) => !pool.hasIssuedAnother(certificate, among));
  const ends = childless.filter(({ certificate }) => !certificate.ca);
  const candidates = ends.length > 0 ? ends : childless;
  const [only, ...others] = candidates;
  if (only === undefined) {
    throw new FormatError("NoLeaf", "Every certificate there has issued another; the leaf is missing.");
  }
  if (others.length > 0) throw ambiguous(candidates);
  return only.certificate;
}

function ambiguous(candidates: readonly Named[]): FormatError {
  const names = candidates.slice(0, 5).map(({ certificate, alias }) => {
    return alias === undefined ? title(certificate) : `${alias}: ${title(certificate)}`;
  });
  const how = candidates.some(({ alias }) => alias !== undefined) ? "name the alias of one" : "leave one";
  return new FormatError(
    "AmbiguousLeaf",
    `There are ${candidates.length} certificates that could be the leaf (${names.join(", ")}); ${how}.`,
  );
}

function mismatch(certificates: readonly Named[], keys: number): FormatError {
  const names = certificates.slice(0, 3).map(({ certificate }) => title(certificate));
  const what = keys === 1 ? "The private key belongs" : `The ${keys} private keys belong`;
  return new FormatError("KeyMismatch", `${what} to none of the certificates there (${names.join(", ")}).`);
}

function entries(all: readonly { readonly alias?: string | undefined }[]): string {
  const aliases = [...new Set(all.flatMap(({ alias }) => alias ?? []))];
  return aliases.length === 0 ? "no entry there has an alias" : `there are ${aliases.slice(0, 8).join(", ")}`;
}

/** The common name, else the whole subject, else the serial number: for messages. */
export function title(certificate: X509Certificate): string {
  return shortName(certificate.subject) || `serial number ${certificate.serialNumber}`;
}

export function shortName(name: string | undefined): string {
  const attributes = (name ?? "").split("\n").filter(Boolean);
  return (attributes.find((attribute) => attribute.startsWith("CN=")) ?? attributes.join(",")).slice(0, 128);
}
