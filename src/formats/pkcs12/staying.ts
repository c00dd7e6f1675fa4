import { X509Certificate } from "node:crypto";
import { anyAliasMatcher } from "../alias.ts";
import { aliasesOf } from "./entries.ts";
import type { RawBag } from "./raw-bags.ts";

/** A bag with what decides whether it stays. */
interface Candidate {
  readonly bag: RawBag;
  readonly alias: string | undefined;
  readonly isKey: boolean;
  readonly localKeyId: string | undefined;
  /** Of a certificate that is not trusted for itself. */
  readonly certificate: X509Certificate | undefined;
}

/**
 * The bags that stay when the entries under `going` leave. PKCS#12 has no chains: a chain's certificates lie there
 * for any key. So those above an entry that goes leave with it, unless another certificate that stays leads to them.
 */
export function stayingBags(bags: readonly RawBag[], going: readonly string[]): RawBag[] {
  const candidates = candidatesOf(bags);
  const goes = anyAliasMatcher(
    going,
    candidates.map(({ alias }) => alias),
  );
  const keys = candidates.filter(({ isKey }) => isKey);
  const idsOf = (some: readonly Candidate[]) => new Set(some.flatMap(({ localKeyId }) => localKeyId ?? []));
  const ids = idsOf(keys.filter(({ alias }) => goes(alias)));
  // One certificate and key may be there twice, under two aliases and one id.
  const held = idsOf(keys.filter(({ alias }) => !goes(alias)));
  const leaving = candidates.filter(
    ({ isKey, alias, localKeyId = "" }) => goes(alias) || (!isKey && ids.has(localKeyId) && !held.has(localKeyId)),
  );
  const left = candidates.filter((one) => !leaving.includes(one));
  const loose = left.filter(({ certificate, localKeyId }) => certificate !== undefined && localKeyId === undefined);
  const above = reached(leaving, loose);
  const needed = reached(
    left.filter((one) => !above.includes(one)),
    above,
  );
  return left.filter((one) => !above.includes(one) || needed.includes(one)).map(({ bag }) => bag);
}

function candidatesOf(bags: readonly RawBag[]): Candidate[] {
  const aliasOf = aliasesOf(bags.flatMap(({ bag }) => bag ?? []));
  return bags.map((raw) => {
    const { bag } = raw;
    const loose = bag?.kind === "certificate" && !bag.trusted;
    return {
      bag: raw,
      alias: bag === undefined ? undefined : aliasOf(bag),
      isKey: bag?.kind === "key" || bag?.kind === "encryptedKey",
      localKeyId: bag?.localKeyId,
      certificate: loose ? readable(bag.der) : undefined,
    };
  });
}

/** Of `pool`, the issuers of the certificates in `from`, and theirs, by name. */
function reached(from: readonly Candidate[], pool: readonly Candidate[]): Candidate[] {
  const found = new Set<Candidate>();
  const open = [...from];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const issuer = current.certificate?.issuer;
    const next = pool.filter((one) => one.certificate?.subject === issuer && !found.has(one) && one !== current);
    for (const one of issuer === undefined ? [] : next) {
      found.add(one);
      open.push(one);
    }
  }
  return [...found];
}

/** Undefined for one that OpenSSL does not read: nobody can tell what it belongs to, so it stays. */
function readable(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
