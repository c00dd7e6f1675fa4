import { readKey } from "../../place-key.ts";

/** What `Place.key` of an import holds: which certificates of which installation it has brought there. */
export interface ImportKey {
  /** `installationOf` the store. */
  readonly installation: string;
  /** SHA-1, in upper case: what is wanted there, and until that is there what lay there before. */
  readonly thumbprints: readonly string[];
}

export function importKey({ installation, thumbprints }: ImportKey): string {
  return JSON.stringify({ installation, thumbprints });
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readImportKey(text: string): ImportKey {
  return readKey(text, ({ installation, thumbprints }) =>
    typeof installation === "string" && Array.isArray(thumbprints) && thumbprints.every(isThumbprint)
      ? { installation, thumbprints }
      : undefined,
  );
}

/** SHA-1 in upper case. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === "string" && /^[0-9A-F]{40}$/.test(value);
}
