import { TerminalError } from "../errors.ts";
import { type KeystoreRef, keystoreRefs } from "../outputs/keystore-refs.ts";
import { keysOf, type Outputs } from "../outputs/output.ts";
import { mostKeyLength, readKey } from "../place-key.ts";

/** What `Place.key` holds: what a removal needs when the spec is gone. */
export interface PlaceKey {
  readonly volume: string;
  /** All that the outputs may write; what they wrote stands in the mark. */
  readonly paths: readonly string[];
  /** How the keystores among the outputs are opened, to take our entry out of those that others use, too. */
  readonly keystores: readonly KeystoreRef[];
}

/** Throws `TerminalError` `PathsTooLong`. */
export function placeKey(volume: string, target: Outputs): string {
  const paths = target.outputs.flatMap(keysOf);
  const keys = [keystoreRefs(target), []].map((keystores) => JSON.stringify({ volume, paths, keystores }));
  const key = keys.find((text) => text.length <= mostKeyLength);
  if (key !== undefined) return key;
  throw new TerminalError("PathsTooLong", "The paths of this target are too long to be noted; use several targets.");
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readPlaceKey(text: string): PlaceKey {
  return readKey(text, ({ volume, paths, keystores }) =>
    typeof volume === "string" && Array.isArray(paths) && Array.isArray(keystores)
      ? { volume, paths: paths as string[], keystores: keystores as KeystoreRef[] }
      : undefined,
  );
}
