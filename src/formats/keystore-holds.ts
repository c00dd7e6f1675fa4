import type { KeyEntry, KeystoreContent } from "./keystore-content.ts";
import type { Decoded, DecodedCertificate } from "./types.ts";

/**
 * The entries of a keystore that are not under the aliases `ours`, whatever their case: by alias, or in words where they are of
 * a kind that is passed over in reading.
 */
export function otherEntries({ keys, certificates, warnings }: Decoded, ours: readonly string[]): string[] {
  const known = new Set(ours.map((alias) => alias.toLowerCase()));
  const all = new Set([...keys, ...certificates].flatMap(({ alias }) => alias ?? []));
  const named = [...all].filter((alias) => !known.has(alias.toLowerCase()));
  return warnings.length === 0 ? named : [...named, "what is neither certificate nor private key"];
}

/**
 * Whether a keystore holds these entries just as they would be written now; with `others`, beside entries of other aliases.
 * Salts make every encoding another one, so it is what was decoded that is compared.
 */
export function keystoreHolds(decoded: Decoded, content: KeystoreContent, others: boolean): boolean {
  const certificates = content.keys.flatMap((entry) => entry.certificates).length + content.certificates.length;
  const exact = decoded.keys.length === content.keys.length && decoded.certificates.length === certificates;
  return (
    (exact || others) &&
    content.keys.every((entry) => holdsKey(decoded, entry)) &&
    content.certificates.every(({ alias, certificate, trusted }) =>
      decoded.certificates.some(
        (found) => found.der.equals(certificate) && same(found.alias, alias) && (found.trusted === true) === trusted,
      ),
    )
  );
}

function holdsKey({ format, keys, certificates }: Decoded, { alias, pkcs8, certificates: chain }: KeyEntry): boolean {
  const [key, ...twins] = keys.filter((found) => same(found.alias, alias));
  if (key === undefined || twins.length > 0 || !key.pkcs8.equals(pkcs8)) return false;
  const named = certificates.filter((found) => found.trusted !== true && same(found.alias, alias));
  if (format !== "PKCS12") return equal(named, chain);
  // A PKCS#12 has no chains: their certificates lie beside the leaf, under no name.
  return equal(named, chain.slice(0, 1)) && chain.every((der) => certificates.some((found) => found.der.equals(der)));
}

function equal(found: readonly DecodedCertificate[], wanted: readonly Buffer[]): boolean {
  return found.length === wanted.length && found.every(({ der }, index) => wanted[index]?.equals(der));
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}
