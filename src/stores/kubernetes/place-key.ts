import { TerminalError } from "../errors.ts";
import { type KeystoreRef, keystoreRefs } from "../outputs/keystore-refs.ts";
import type { HolderTarget } from "./target.ts";

/** What `Place.key` holds: what a removal needs when the spec is gone. */
export interface PlaceKey {
  /** Uid of the cluster: a store may lead to another one by now, with a place of ours of the same name. */
  readonly cluster: string;
  /** Of the object; a Secret when absent. */
  readonly kind?: "ConfigMap";
  readonly namespace: string;
  readonly name: string;
  /** How the keystores among the outputs are opened, to take our entry out of those that others use, too. */
  readonly keystores?: readonly KeystoreRef[];
}

/** The room that a record has for it. */
const mostLength = 2048;

export function placeKey(cluster: string, namespace: string, target: HolderTarget): string {
  const keystores = keystoreRefs(target);
  const { kind } = target.holder;
  const place: PlaceKey = { cluster, ...(kind === "Secret" ? {} : { kind }), namespace, name: target.name };
  const whole = JSON.stringify(keystores.length === 0 ? place : { ...place, keystores });
  return whole.length <= mostLength ? whole : JSON.stringify(place);
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readPlaceKey(text: string): PlaceKey {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "cluster" in value && "namespace" in value && "name" in value) {
    const { cluster, namespace, name } = value;
    const keystores = "keystores" in value ? { keystores: value.keystores as readonly KeystoreRef[] } : {};
    const kind = "kind" in value && value.kind === "ConfigMap" ? ({ kind: value.kind } as const) : {};
    if (typeof cluster === "string" && typeof namespace === "string" && typeof name === "string")
      return { cluster, ...kind, namespace, name, ...keystores };
  }
  throw new TerminalError(
    "PlaceUnknown",
    "The record of this place cannot be read; remove what was delivered by hand.",
  );
}
