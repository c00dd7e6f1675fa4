import type { KubernetesKey, KubernetesTarget } from "../../crds/index.ts";
import type { Outputs } from "../outputs/output.ts";
import { type HolderKind, holders } from "./holder.ts";

/** What a block of this provider names: keys of one object. */
export interface HolderTarget extends Omit<KubernetesTarget, "outputs">, Outputs {
  readonly holder: HolderKind;
}

/** The API server has validated the block by the CRD: a target's, or a download's. */
export function targetOf(block: unknown): HolderTarget {
  const { configMap, secret } = block as KubernetesKey;
  const place = configMap ?? secret;
  if (place === undefined) return { ...(block as KubernetesTarget), holder: holders.Secret };
  const holder = configMap === undefined ? holders.Secret : holders.ConfigMap;
  return { holder, name: place.name, outputs: [{ format: "AsIs", key: place.key }] };
}
