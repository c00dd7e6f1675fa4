import { readKey } from "../../place-key.ts";

/** What `Place.key` of an import holds. Thumbprints are SHA-1 in upper case. */
export interface ImportKey {
  /** `installationOf` the store. */
  readonly installation: string;
  /** Of the certificate that is wanted there. */
  readonly thumbprint?: string | undefined;
  /** Of the one that lay there before: until the other is there, a removal has to find this one. */
  readonly before?: string | undefined;
}

export function importKey(key: ImportKey): string {
  return JSON.stringify(key);
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readImportKey(text: string): ImportKey {
  return readKey(text, ({ installation, thumbprint, before }) =>
    typeof installation === "string" &&
    [thumbprint, before].every((value) => value === undefined || isThumbprint(value))
      ? { installation, thumbprint: thumbprint as string | undefined, before: before as string | undefined }
      : undefined,
  );
}

/** SHA-1 in upper case. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === "string" && /^[0-9A-F]{40}$/.test(value);
}
