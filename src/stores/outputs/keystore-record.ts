import { createHash } from "node:crypto";

/** What our mark says of a keystore that we wrote. Holds nothing that the password protects. */
export interface KeystoreRecord {
  /** Of the bytes: while they have it, nobody else has written them. */
  readonly sha256: string;
  /** `JKS`, or the profile of a PKCS#12. */
  readonly profile: string;
  /** The entries that we wrote, at most 64 of them. */
  readonly aliases: readonly string[];
  /** Entries of others are in it. */
  readonly shared?: true;
}

export const mostAliases = 64;

/** Whether every entry in the keystore is ours: then it may be made anew without being opened. */
export function isAllOurs(bytes: Uint8Array, record: KeystoreRecord | undefined): boolean {
  return record !== undefined && record.shared !== true && record.sha256 === sha256(bytes);
}

export function sha256(value: Uint8Array | string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** From where anyone may write: what does not read as records is none. */
export function readRecords(value: unknown): Readonly<Record<string, KeystoreRecord>> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).flatMap(([key, record]: [string, unknown]) => {
    const read = readRecord(record);
    return read === undefined ? [] : [[key, read] as const];
  });
  return Object.fromEntries(entries);
}

export function readRecord(value: unknown): KeystoreRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { sha256, profile, aliases, shared } = value as Record<string, unknown>;
  if (typeof sha256 !== "string" || typeof profile !== "string" || !Array.isArray(aliases)) return undefined;
  const names = aliases.filter((alias) => typeof alias === "string");
  return { sha256, profile, aliases: names, ...(shared === true ? { shared } : {}) };
}
