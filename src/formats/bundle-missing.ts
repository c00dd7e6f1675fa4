import type { X509Certificate } from "node:crypto";
import { type Named, shortName } from "./bundle-leaf.ts";
import type { Pool } from "./chain.ts";

/**
 * The name of the issuer that is missing, where that can be known. A chain that ends below its root is usual, since roots are
 * left out; but when it ends so and CA certificates lie beside it that belong to nothing else, one between is missing.
 */
export function missingIssuer(
  leaf: X509Certificate,
  path: readonly X509Certificate[],
  certificates: readonly Named[],
  pool: Pool,
): string | undefined {
  const top = path.at(-1) ?? leaf;
  if (pool.isSelfSigned(top)) return undefined;
  const members = new Set([leaf, ...path].map(({ subject }) => subject));
  const strays = certificates.filter(
    ({ certificate, trusted }) => certificate.ca && trusted !== true && !members.has(certificate.subject),
  );
  if (strays.length === 0) return undefined;
  const explained = upwards(
    pool.all.filter((certificate) => !certificate.ca || members.has(certificate.subject)),
    pool,
  );
  return strays.some(({ certificate }) => !explained.has(certificate)) ? shortName(top.issuer) : undefined;
}

/** These and all that have issued them. */
function upwards(from: readonly X509Certificate[], pool: Pool): ReadonlySet<X509Certificate> {
  const reached = new Set(from);
  for (const certificate of reached) for (const issuer of pool.issuersOf(certificate)) reached.add(issuer);
  return reached;
}
