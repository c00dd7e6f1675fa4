import { createHash, createHmac } from "node:crypto";

/** A random key and a short public name for it: fingerprints of different keys cannot be compared. */
export interface FingerprintKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Wraps 32 random bytes; the id is derived, so that the same bytes have the same id in every process. */
export function fingerprintKey(bytes: Uint8Array): FingerprintKey {
  return {
    id: createHash("sha256").update("certferry fingerprint key\0").update(bytes).digest("hex").slice(0, 8),
    bytes,
  };
}

/** Keyed digest of all that shapes a place: `<key id>:<HMAC-SHA-256 in hex>`. The parts are told apart by their lengths. */
export function fingerprint(key: FingerprintKey, parts: readonly (string | Uint8Array)[]): string {
  const hmac = createHmac("sha256", key.bytes);
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    hmac.update(`${bytes.byteLength}:`).update(bytes);
  }
  return `${key.id}:${hmac.digest("hex")}`;
}

/** What two fingerprints say of each other; those of different keys, or an absent one, say nothing. */
export function compareFingerprints(a: string | undefined, b: string): "Same" | "Different" | "Unknown" {
  if (a === undefined || a.split(":")[0] !== b.split(":")[0]) return "Unknown";
  return a === b ? "Same" : "Different";
}
