import { type CertificateStore, type ClusterCertificateStore, milliseconds, type StoreRef } from "../crds/index.ts";

/** A store resource of either kind. */
export type StoreObject = CertificateStore | ClusterCertificateStore;

/** The key of a store in the cache of its kind: a ClusterCertificateStore's has no `/`, so that no two stores share one. */
export function storeKey(namespace: string, { kind, name }: StoreRef): string {
  return kind === "ClusterCertificateStore" ? name : `${namespace}/${name}`;
}

/** `CertificateStore apps`, for messages. */
export function storeTitle({ kind = "CertificateStore", name }: StoreRef): string {
  return `${kind} ${name}`;
}

/** Fields of a store that are no provider's block. The CRD sees to it that exactly one other is set. */
const common = new Set(["limits", "timeout", "healthcheck", "suspend", "grants"]);

export function blockOf({ spec }: StoreObject): { name: string; block: unknown } {
  const [name, block] = Object.entries(spec).find(([field]) => !common.has(field)) ?? ["", undefined];
  return { name, block };
}

/** Limit of one request to the store. */
export function timeoutMs({ spec }: StoreObject): number {
  return milliseconds(spec.timeout ?? "60s");
}

/** Time between two health checks; undefined where there are none. */
export function checkEveryMs({ spec }: StoreObject): number | undefined {
  const { enabled = true, interval = "10m" } = spec.healthcheck ?? {};
  return enabled ? milliseconds(interval) : undefined;
}
