import { TerminalError } from "../errors.ts";
import { type KeystoreRef, keystoreRefs } from "../outputs/keystore-refs.ts";
import { keysOf, type Outputs } from "../outputs/output.ts";

/** What `Place.key` holds: what a removal needs when the spec is gone. */
export interface PlaceKey {
  readonly volume: string;
  /** All that the outputs may write; what they wrote stands in the mark. */
  readonly paths: readonly string[];
  /** How the keystores among the outputs are opened, to take our entry out of those that others use, too. */
  readonly keystores: readonly KeystoreRef[];
}

/** The room that a record has for it. */
const mostLength = 2048;

/** Throws `TerminalError` `PathsTooLong`. */
export function placeKey(volume: string, target: Outputs): string {
  const paths = target.outputs.flatMap(keysOf);
  const keys = [keystoreRefs(target), []].map((keystores) => JSON.stringify({ volume, paths, keystores }));
  const key = keys.find((text) => text.length <= mostLength);
  if (key !== undefined) return key;
  throw new TerminalError("PathsTooLong", "The paths of this target are too long to be noted; use several targets.");
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readPlaceKey(text: string): PlaceKey {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "volume" in value && "paths" in value && "keystores" in value) {
    const { volume, paths, keystores } = value;
    if (typeof volume === "string" && Array.isArray(paths) && Array.isArray(keystores)) {
      return { volume, paths: paths as string[], keystores: keystores as KeystoreRef[] };
    }
  }
  throw new TerminalError(
    "PlaceUnknown",
    "The record of this place cannot be read; remove what was delivered by hand.",
  );
}
