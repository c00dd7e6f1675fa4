import { type KeystoreRef, keystoreRefs } from "../outputs/keystore-refs.ts";
import { mostKeyLength, readKey } from "../place-key.ts";
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

export function placeKey(cluster: string, namespace: string, target: HolderTarget): string {
  const keystores = keystoreRefs(target);
  const { kind } = target.holder;
  const place: PlaceKey = { cluster, ...(kind === "Secret" ? {} : { kind }), namespace, name: target.name };
  const whole = JSON.stringify(keystores.length === 0 ? place : { ...place, keystores });
  return whole.length <= mostKeyLength ? whole : JSON.stringify(place);
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readPlaceKey(text: string): PlaceKey {
  return readKey(text, ({ cluster, kind, namespace, name, keystores }) => {
    if (typeof cluster !== "string" || typeof namespace !== "string" || typeof name !== "string") return undefined;
    return {
      cluster,
      ...(kind === "ConfigMap" ? { kind } : {}),
      namespace,
      name,
      ...(keystores === undefined ? {} : { keystores: keystores as readonly KeystoreRef[] }),
    };
  });
}
