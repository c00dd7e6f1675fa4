import type { X509Certificate } from "node:crypto";
import { FormatError } from "./errors.ts";
import type { Limits } from "./limits.ts";

/** The certificates of one bundle. Who issued whom is looked up by name, and then by signature, which alone decides. */
export class Pool {
  readonly all: readonly X509Certificate[];
  readonly #bySubject: ReadonlyMap<string, X509Certificate[]>;
  readonly #byIssuer: ReadonlyMap<string, X509Certificate[]>;
  readonly #known = new Map<string, boolean>();
  readonly #limits: Limits;
  #checks = 0;

  constructor(all: readonly X509Certificate[], limits: Limits) {
    this.all = all;
    this.#limits = limits;
    this.#bySubject = Map.groupBy(all, ({ subject }) => comparable(subject));
    this.#byIssuer = Map.groupBy(all, ({ issuer }) => comparable(issuer));
  }

  /** All that have signed it, itself included where it is self-signed. */
  issuersOf(certificate: X509Certificate): X509Certificate[] {
    const named = this.#bySubject.get(comparable(certificate.issuer)) ?? [];
    return named.filter((issuer) => this.#issued(issuer, certificate));
  }

  isSelfSigned(certificate: X509Certificate): boolean {
    return this.issuersOf(certificate).includes(certificate);
  }

  hasIssuedAnother(certificate: X509Certificate, among: ReadonlySet<X509Certificate>): boolean {
    const naming = this.#byIssuer.get(comparable(certificate.subject)) ?? [];
    return naming.some((other) => other !== certificate && among.has(other) && this.#issued(certificate, other));
  }

  #issued(issuer: X509Certificate, subject: X509Certificate): boolean {
    const pair = `${issuer.fingerprint256} ${subject.fingerprint256}`;
    const known = this.#known.get(pair);
    if (known !== undefined) return known;
    this.#checks += 1;
    const { chainChecks } = this.#limits;
    if (this.#checks > chainChecks) {
      const message = `The chain cannot be found within ${chainChecks} checks of signatures: too many certificates have one name.`;
      throw new FormatError("LimitExceeded", message, { limit: "chainChecks" });
    }
    const answer = signedBy(subject, issuer);
    this.#known.set(pair, answer);
    return answer;
  }
}

/**
 * The certificates above `leaf` in order, each proven by signature: the shortest way to a self-signed one over certificates
 * that are valid now; where there is none, up as far as it goes, the valid ones first. No certificate comes twice.
 */
export function climb(leaf: X509Certificate, pool: Pool, now: Date, { chainDepth }: Limits): X509Certificate[] {
  const path = shortest(leaf, pool, now) ?? farthest(leaf, pool, now);
  if (path.length <= chainDepth) return path;
  throw new FormatError("LimitExceeded", `The chain is longer than ${chainDepth} certificates.`, {
    limit: "chainDepth",
  });
}

/** Breadth first, so that no way is longer than another that ends at a root as well. */
function shortest(leaf: X509Certificate, pool: Pool, now: Date): X509Certificate[] | undefined {
  const below = new Map<X509Certificate, X509Certificate>();
  const queue = [leaf];
  for (const current of queue) {
    const above = pool.issuersOf(current);
    if (above.includes(current)) return descent(current, leaf, below);
    const next = above.filter((issuer) => issuer !== leaf && !below.has(issuer) && valid(issuer, now));
    for (const issuer of next.toSorted(byPreference(now))) {
      below.set(issuer, current);
      queue.push(issuer);
    }
  }
  return undefined;
}

function descent(
  top: X509Certificate,
  leaf: X509Certificate,
  below: ReadonlyMap<X509Certificate, X509Certificate>,
): X509Certificate[] {
  const path: X509Certificate[] = [];
  for (let at: X509Certificate | undefined = top; at !== undefined && at !== leaf; at = below.get(at)) path.unshift(at);
  return path;
}

function farthest(leaf: X509Certificate, pool: Pool, now: Date): X509Certificate[] {
  const path: X509Certificate[] = [];
  let current = leaf;
  for (;;) {
    const above = pool.issuersOf(current);
    if (above.includes(current)) return path;
    const next = above.filter((issuer) => issuer !== leaf && !path.includes(issuer)).toSorted(byPreference(now));
    if (next[0] === undefined) return path;
    current = next[0];
    path.push(current);
  }
}

/** Of twins and cross-signed issuers: one that is valid now, else the one that lasts longest. */
function byPreference(now: Date): (a: X509Certificate, b: X509Certificate) => number {
  const last = (certificate: X509Certificate): number => certificate.validToDate.getTime();
  return (a, b) => Number(valid(b, now)) - Number(valid(a, now)) || last(b) - last(a);
}

function valid({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now <= validToDate;
}

/** False as well where the key or the algorithm is one that OpenSSL does not know. */
function signedBy(subject: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Names match without regard to case and spaces (RFC 5280, section 7.1). */
function comparable(name: string | undefined): string {
  return (name ?? "")
    .toLowerCase()
    .replace(/[^\S\n]+/g, " ")
    .trim();
}
