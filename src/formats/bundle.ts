import { X509Certificate } from "node:crypto";
import { identityOf, type Named, onlyIdentity, title } from "./bundle-leaf.ts";
import { climb, Pool } from "./chain.ts";
import { missingIssuer } from "./bundle-missing.ts";
import { FormatError } from "./errors.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { Bundle, Contents } from "./types.ts";

export interface BundleOptions {
  /** Which entry of a keystore with several. */
  readonly alias?: string | undefined;
  /** Of several issuers one that is valid then is taken. */
  readonly now: Date;
  /** CA certificates given apart, as `ca.crt`: they complete the chain and count as trusted. */
  readonly ca?: Pick<Contents, "certificates"> | undefined;
  readonly limits?: Partial<Pick<Limits, "chainDepth" | "chainChecks">> | undefined;
}

/**
 * The one certificate of a source with its ordered chain and key. The key is the decoded one, not a copy.
 * Throws `FormatError`: `NoCertificate`, `NoLeaf`, `AmbiguousLeaf`, `KeyMismatch`, `UnsupportedAlgorithm`, `LimitExceeded`, or `Malformed` for a
 * certificate that is damaged inside.
 */
export function bundleOf(decoded: Pick<Contents, "certificates" | "keys">, options: BundleOptions): Bundle {
  const { alias, now, ca } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const read = reader();
  const certificates = read(decoded.certificates);
  if (certificates.length === 0) throw new FormatError("NoCertificate", "There is no certificate.");
  const authorities = read(ca?.certificates ?? []);
  const pool = new Pool(distinct([...certificates, ...authorities]), limits);
  const { leaf, key } =
    alias === undefined
      ? onlyIdentity(certificates, decoded.keys, pool)
      : identityOf(alias, certificates, decoded.keys, pool);
  const path = climb(leaf, pool, now, limits);
  const last = path.at(-1);
  const root = last !== undefined && pool.isSelfSigned(last) ? last : undefined;
  const trusted = distinct([
    ...certificates.filter((one) => one.trusted === true && one.certificate !== leaf),
    ...authorities,
  ]);
  const missing = missingIssuer(leaf, path, certificates, pool);
  return {
    leaf: der(leaf),
    chain: path.filter((certificate) => certificate !== root).map(der),
    ...(root === undefined ? {} : { root: der(root) }),
    ...(key === undefined ? {} : { key }),
    trusted: trusted.map(der),
    ...(missing === undefined ? {} : { missingIssuer: missing }),
  };
}

/**
 * Throws `FormatError` `MissingIntermediate` where a certificate of the chain is not there. Nothing is fetched for it, and
 * a bundle that lacks one is one all the same.
 */
export function checkComplete({ leaf, chain, missingIssuer: issuer }: Bundle): void {
  if (issuer === undefined) return;
  const top = title(new X509Certificate(chain.at(-1) ?? leaf));
  throw new FormatError(
    "MissingIntermediate",
    `The issuer ${issuer} of ${top} is missing, and the CA certificates there have not issued it: add the certificate of ${issuer}.`,
    { issuer },
  );
}

/** Wipes the private key. The bundle must not be used for a key afterwards. */
export function zero(bundle: Bundle): void {
  bundle.key?.fill(0);
}

function der(certificate: X509Certificate): Buffer {
  return Buffer.from(certificate.raw);
}

/** The same certificate twice is one object, so that identity tells certificates apart. */
function reader(): (entries: Contents["certificates"]) => Named[] {
  const seen = new Map<string, X509Certificate>();
  return (entries) =>
    entries.map(({ der, alias, trusted }) => {
      const bytes = der.toString("latin1");
      const certificate = seen.get(bytes) ?? parsed(der);
      seen.set(bytes, certificate);
      return { certificate, alias, trusted };
    });
}

/** Some readers look at a certificate's frame alone. */
function parsed(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new FormatError("Malformed", "One of the certificates is damaged inside.", { cause });
  }
}

function distinct(list: readonly Named[]): X509Certificate[] {
  return [...new Set(list.map(({ certificate }) => certificate))];
}
