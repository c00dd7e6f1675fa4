import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { FormatError } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import type { Bundle, Decoded } from "./types.ts";

/** What a source gives: the values that hold leaf, chain and key, and those that hold CA certificates. */
export interface BundleParts {
  readonly identity: Decoded;
  /** CA certificates given apart, as `ca.crt`: they complete the chain and count as trusted. */
  readonly ca?: Decoded | undefined;
}

/**
 * The one certificate of a source with its ordered chain and key. The key is the decoded one, not a copy.
 * Throws `FormatError`: `NoCertificate`, `NoLeaf`, `AmbiguousLeaf`, `AmbiguousKey`, `KeyMismatch`, `BrokenChain` or `LimitExceeded`.
 */
export function bundleOf({ identity, ca }: BundleParts): Bundle {
  const given = unique(identity.certificates.map(({ der }) => der));
  if (given.length === 0) throw new FormatError("NoCertificate", "There is no certificate.");
  const [key, ...more] = identity.keys;
  if (more.length > 0) {
    throw new FormatError(
      "AmbiguousKey",
      `There are ${more.length + 1} private keys; leave the one that belongs to the certificate.`,
    );
  }
  const leaf = key === undefined ? onlyLeaf(given) : leafOfKey(given, createPrivateKey(pkcs8(key.pkcs8)));
  const trusted = unique((ca?.certificates ?? []).map(({ der }) => der));
  const path = climb(leaf, [...given, ...trusted]);
  const stray = given.find((certificate) => certificate !== leaf && !path.includes(certificate));
  if (stray !== undefined) throw broken(path.at(-1) ?? leaf, stray);
  const last = path.at(-1);
  const root = last !== undefined && selfSigned(last) ? last : undefined;
  const chain = path.filter((certificate) => certificate !== root).map(der);
  return {
    leaf: der(leaf),
    chain,
    ...(root === undefined ? {} : { root: der(root) }),
    ...(key === undefined ? {} : { key: key.pkcs8 }),
    trusted: trusted.map(der),
  };
}

/** Wipes the private key. The bundle must not be used for a key afterwards. */
export function zero(bundle: Bundle): void {
  bundle.key?.fill(0);
}

function pkcs8(key: Buffer): { key: Buffer; format: "der"; type: "pkcs8" } {
  return { key, format: "der", type: "pkcs8" };
}

function der(certificate: X509Certificate): Buffer {
  return Buffer.from(certificate.raw);
}

function unique(ders: readonly Buffer[]): X509Certificate[] {
  const seen = new Map(ders.map((bytes) => [bytes.toString("latin1"), bytes]));
  return [...seen.values()].map((bytes) => new X509Certificate(bytes));
}

function leafOfKey(given: readonly X509Certificate[], key: KeyObject): X509Certificate {
  const fitting = given.filter((certificate) => certificate.checkPrivateKey(key));
  const [leaf, ...others] = fitting;
  if (leaf === undefined) {
    const names = given.slice(0, 3).map(title).join(", ");
    throw new FormatError("KeyMismatch", `The private key belongs to none of the certificates there (${names}).`);
  }
  // The same key in an old and a renewed certificate: the one that lasts longest is meant.
  return others.reduce((best, other) => (other.validToDate > best.validToDate ? other : best), leaf);
}

function onlyLeaf(given: readonly X509Certificate[]): X509Certificate {
  const [first, ...rest] = given.filter(
    (certificate) => !given.some((other) => other !== certificate && issued(certificate, other)),
  );
  if (first === undefined)
    throw new FormatError("NoLeaf", "Every certificate there has issued another; the leaf is missing.");
  if (rest.length === 0) return first;
  const names = [first, ...rest].slice(0, 5).map(title).join(", ");
  throw new FormatError(
    "AmbiguousLeaf",
    `There are ${rest.length + 1} certificates that could be the leaf (${names}); leave one.`,
  );
}

/** The certificates above the leaf in order, each proven by signature. Ends at a self-signed one, or where the next is missing. */
function climb(leaf: X509Certificate, pool: readonly X509Certificate[]): X509Certificate[] {
  const path: X509Certificate[] = [];
  let current = leaf;
  while (!selfSigned(current)) {
    const below = current;
    const candidates = pool.filter((issuer) => issuer !== leaf && !path.includes(issuer) && issued(issuer, below));
    const issuer = candidates.reduce<X509Certificate | undefined>(longest, undefined);
    if (issuer === undefined) return path;
    if (path.length >= defaultLimits.chainDepth) {
      throw new FormatError("LimitExceeded", `The chain is longer than ${defaultLimits.chainDepth} certificates.`);
    }
    path.push(issuer);
    current = issuer;
  }
  return path;
}

/** Of twin or cross-signed issuers the one that is valid longest. */
function longest(best: X509Certificate | undefined, other: X509Certificate): X509Certificate {
  return best === undefined || other.validToDate > best.validToDate ? other : best;
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function selfSigned(certificate: X509Certificate): boolean {
  return issued(certificate, certificate);
}

function broken(top: X509Certificate, stray: X509Certificate): FormatError {
  const missing = selfSigned(top)
    ? ""
    : ` The issuer ${nameOf(top.issuer)} of ${title(top)} is missing: add its certificate.`;
  return new FormatError("BrokenChain", `${title(stray)} lies in the chain but does not belong to it.${missing}`);
}

function title(certificate: X509Certificate): string {
  return nameOf(certificate.subject) || `serial number ${certificate.serialNumber}`;
}

function nameOf(name: string | undefined): string {
  const attributes = (name ?? "").split("\n").filter(Boolean);
  return (attributes.find((attribute) => attribute.startsWith("CN=")) ?? attributes.join(",")).slice(0, 128);
}
