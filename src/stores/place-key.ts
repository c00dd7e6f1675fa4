import { TerminalError } from "./errors.ts";

/** The room that a record has for a `Place.key`. */
export const mostKeyLength = 2048;

/**
 * Reads a `Place.key`, which whoever may write the status can have changed. Throws `TerminalError` `PlaceUnknown`.
 * @param read gives undefined for what is no key of the provider
 */
export function readKey<Key>(text: string, read: (fields: Readonly<Record<string, unknown>>) => Key | undefined): Key {
  const key = read(fieldsOf(text));
  if (key !== undefined) return key;
  throw new TerminalError(
    "PlaceUnknown",
    "The record of this place cannot be read; remove what was delivered by hand.",
  );
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
