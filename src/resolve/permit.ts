import type { ClusterCertificateStore, StoreRef } from "../crds/index.ts";
import type { Cache, KubeObject, PartialObjectMetadata } from "../kube/index.ts";
import type { DownloadRequest, Provider, Reach } from "../stores/contract.ts";
import { TerminalError } from "../stores/errors.ts";
import { type GrantUse, isGranted, isGrantee } from "./grants.ts";
import { blockOf, storeTitle } from "./store-object.ts";

/** What a store is wanted for. The grants of a ClusterCertificateStore are asked about all but its own check. */
export type StoreUse =
  | { readonly for: "Check" }
  | {
      readonly for: "Delivery";
      /** Name of the user's block: another provider's store is `ProviderMismatch`. */
      readonly provider: string;
      /** The user's own. */
      readonly name: string;
      readonly block: unknown;
      /** What the store holds already and the target is to deploy (`spec.commandCertificate`). */
      readonly held?: unknown;
    }
  | { readonly for: "Download"; readonly provider: string; readonly request: DownloadRequest }
  | { readonly for: "Removal"; readonly key: string };

/** What belongs to no namespace. */
export interface ClusterStores {
  readonly stores: Cache<ClusterCertificateStore & KubeObject>;
  readonly namespaces: Cache<PartialObjectMetadata>;
}

/**
 * Throws unless the store's grants allow this use now: one and the same `NotGranted` whether store, place or grant is missing,
 * since a namespace must not learn which. A CertificateStore is its namespace's own.
 */
export function permit(
  cluster: ClusterStores | undefined,
  providerOf: (name: string) => Provider | undefined,
  namespace: string,
  ref: StoreRef,
  use: StoreUse,
): void {
  if (ref.kind !== "ClusterCertificateStore" || use.for === "Check") return;
  if (cluster === undefined) {
    throw new TerminalError(
      "ClusterStoresOff",
      "This operator serves only some namespaces (--watch-namespaces), and ClusterCertificateStores are off then; use a CertificateStore.",
    );
  }
  const object = cluster.stores.get(ref.name);
  const labels = labelsOf(cluster, namespace);
  if (object !== undefined && grants(object, providerOf(blockOf(object).name), { namespace, labels }, use)) return;
  throw new TerminalError(
    "NotGranted",
    `${storeTitle(ref)} does not exist, or does not grant namespace ${namespace} this use of it; ask whoever runs the cluster for a grant.`,
  );
}

/** What a provider that is not built would reach for, nobody can tell: whoever has a grant may hear that it is not built. */
function grants(
  { spec }: ClusterCertificateStore,
  provider: Provider | undefined,
  user: Omit<GrantUse, "reach">,
  use: Exclude<StoreUse, { for: "Check" }>,
): boolean {
  if (provider === undefined) return isGrantee(spec.grants ?? [], user);
  if (use.for !== "Removal" && use.provider !== provider.name) return false;
  const granted = { ...user, reach: reachOf(provider, use, user.namespace) };
  return isGranted(spec.grants ?? [], granted, provider.grantedPlaces ?? []);
}

export function labelsOf({ namespaces }: ClusterStores, namespace: string): Readonly<Record<string, string>> {
  return namespaces.get(namespace)?.metadata.labels ?? {};
}

function reachOf(provider: Provider, use: Exclude<StoreUse, { for: "Check" }>, namespace: string): Reach {
  switch (use.for) {
    case "Delivery": {
      const reach = provider.reach(use.block, { namespace, name: use.name });
      if (use.held === undefined) return reach;
      return { ...reach, places: [...reach.places, ...(provider.reachOfHeld?.(use.held) ?? [])] };
    }
    case "Download":
      return provider.reachOfDownload?.(use.request) ?? { places: [], metadataKeys: [] };
    case "Removal":
      return provider.reachOfKey(use.key);
  }
}
