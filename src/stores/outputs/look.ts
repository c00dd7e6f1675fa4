import { type Bundle, type CertificateFacts, certificateFacts, decode } from "../../formats/index.ts";
import { certificateKeys, naming } from "./content.ts";
import { type KeystoreLook, type KeystoreSpot, lookAt } from "./keystore.ts";
import type { KeystoreRecord } from "./keystore-record.ts";
import type { Outputs } from "./output.ts";

/** What the outputs of a place come to. */
export interface WantedOutputs {
  readonly target: Outputs;
  readonly bundle: Bundle;
  /** The names whose bytes follow from the bundle alone. */
  readonly content: ReadonlyMap<string, Buffer>;
  /** The names whose bytes depend on what lies there. */
  readonly keystores: readonly KeystoreSpot[];
}

/** The names that shall hold something. */
export function wantedKeys({ content, keystores }: WantedOutputs): string[] {
  return [...content.keys(), ...keystores.map(({ key }) => key)];
}

/** What lies in a place. */
export interface Found {
  /** A copy of the bytes under a name, which the caller may wipe; none where it is absent. */
  readonly bytes: (key: string) => Buffer;
  /** What we noted of the keystore there. */
  readonly record: (key: string) => KeystoreRecord | undefined;
}

export type Looks = ReadonlyMap<KeystoreSpot, KeystoreLook>;

/** Looks into each keystore. */
export async function looksAt(found: Found, { bundle, keystores }: WantedOutputs, signal: AbortSignal): Promise<Looks> {
  const looks = new Map<KeystoreSpot, KeystoreLook>();
  for (const spot of keystores) {
    const look = await naming({ format: spot.options.format, key: spot.key }, () =>
      lookAt(spot, bundle, found.bytes(spot.key), found.record(spot.key), signal),
    );
    looks.set(spot, look);
  }
  return looks;
}

/** What differs in the keystores, as `<name>: <what>`. */
export function keystoreDifferences(looks: Looks): string[] {
  return [...looks].flatMap(([{ key }, look]) => ("what" in look ? [`${key}: ${look.what}`] : []));
}

/** The first keystore that cannot be opened, and why. */
export function closedAmong(looks: Looks): { readonly key: string; readonly why: string } | undefined {
  for (const [{ key }, look] of looks) if (look.action === "Stop") return { key, why: look.why };
  return undefined;
}

/**
 * The leaf that lies in the place: in the open, or else in a keystore.
 * @param among the only keys that count; all when it is empty
 */
export async function leafAmong(
  found: Found,
  wanted: WantedOutputs,
  looks: Looks,
  among: readonly string[] = [],
): Promise<CertificateFacts | undefined> {
  const counts = (key: string): boolean => among.length === 0 || among.includes(key);
  for (const key of certificateKeys(wanted.target).filter(counts)) {
    const value = found.bytes(key);
    // What we would write needs no reading.
    const same = value.length > 0 && wanted.content.get(key)?.equals(value) === true;
    const leaf = same ? wanted.bundle.leaf : await firstCertificate(value);
    value.fill(0);
    if (leaf !== undefined) return certificateFacts(leaf);
  }
  for (const [{ key }, look] of looks) {
    if (counts(key) && "leaf" in look && look.leaf !== undefined) return certificateFacts(look.leaf);
  }
  return undefined;
}

async function firstCertificate(bytes: Buffer): Promise<Buffer | undefined> {
  if (bytes.length === 0) return undefined;
  try {
    const { certificates, keys } = await decode(bytes);
    for (const { pkcs8 } of keys) pkcs8.fill(0);
    return certificates[0]?.der;
  } catch {
    return undefined;
  }
}
