import { readKey } from "../place-key.ts";

/** What `Place.key` holds: what a removal needs when the spec is gone. */
export interface PlaceKey {
  /** Host of the vault. */
  readonly vault: string;
  readonly name: string;
}

export function placeKey({ vault, name }: PlaceKey): string {
  return JSON.stringify({ vault, name });
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readPlaceKey(text: string): PlaceKey {
  return readKey(text, ({ vault, name }) =>
    typeof vault === "string" && typeof name === "string" && /^[0-9a-zA-Z-]{1,127}$/.test(name)
      ? { vault, name }
      : undefined,
  );
}
