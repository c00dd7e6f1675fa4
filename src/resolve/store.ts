import { type CertificateStore, type ClusterCertificateStore, milliseconds, type StoreRef } from "../crds/index.ts";
import { type Cache, keyOf, type KubeClient, type KubeObject, type PartialObjectMetadata } from "../kube/index.ts";
import type { Provider, Reach, RemovalContext, SecretData, Store } from "../stores/contract.ts";
import { TerminalError, WaitingError } from "../stores/errors.ts";
import { Connections } from "./connections.ts";
import { grantedStore } from "./granted-store.ts";
import { isGranted } from "./grants.ts";
import { readSecret } from "./material.ts";
import { blockOf, storeKey, type StoreObject, storeTitle } from "./store-object.ts";

/** A store that is ready to be used. */
export interface ResolvedStore {
  readonly store: Store;
  readonly provider: Provider;
  /** `spec.suspend` of the store resource. */
  readonly suspended: boolean;
  /** For `store.remove`: reads in the user's namespace. */
  readonly removal: RemovalContext;
}

/** What a store is wanted for. The grants of a ClusterCertificateStore are asked about all but its own check. */
export type StoreUse =
  | { readonly for: "Check" }
  | {
      readonly for: "Delivery";
      /** Name of the user's block: another provider's store is `ProviderMismatch`. */
      readonly provider: string;
      readonly block: unknown;
    }
  | { readonly for: "Removal"; readonly key: string };

export interface StoreOptions {
  readonly client: KubeClient;
  readonly stores: Cache<CertificateStore & KubeObject>;
  /** Absent where the operator serves only some namespaces: it has no business with what belongs to none. */
  readonly cluster?:
    | {
        readonly stores: Cache<ClusterCertificateStore & KubeObject>;
        readonly namespaces: Cache<PartialObjectMetadata>;
      }
    | undefined;
  readonly secrets: Cache<PartialObjectMetadata>;
  /** The provider of that name, when it is built in. */
  provider(name: string): Provider | undefined;
}

const defaultTimeoutMs = 60_000;

/** Turns references into stores. A store is built once for each version of its spec and Secrets, and closed when nobody uses it any more. */
export class StoreResolver {
  readonly #options: StoreOptions;
  readonly #connections = new Connections();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** Names the version that a use would get now, and what grants it; "absent" when there is no such store. */
  version(namespace: string, ref: StoreRef): string {
    const object = this.#find(namespace, ref);
    if (object === undefined) return "absent";
    const labels = ref.kind === "ClusterCertificateStore" ? JSON.stringify(this.#labelsOf(namespace)) : "";
    return `${this.#versionOf(object)}${labels}`;
  }

  /**
   * Lends a store to `work`. Throws `StoreMissing`, `NotGranted`, `ClusterStoresOff`, `ProviderMismatch`, `ProviderNotBuilt` and
   * what the provider throws when it is created.
   * @param namespace the user's
   */
  async use<T>(
    namespace: string,
    ref: StoreRef,
    use: StoreUse,
    signal: AbortSignal,
    work: (resolved: ResolvedStore) => Promise<T>,
  ): Promise<T> {
    const granted = ref.kind !== "ClusterCertificateStore" || use.for === "Check" ? undefined : use;
    const permit = (): void => {
      if (granted !== undefined) this.#permit(namespace, ref, granted);
    };
    permit();
    const object = this.#find(namespace, ref);
    if (object === undefined) {
      const message = `${storeTitle(ref)} does not exist in namespace ${namespace}; create it.`;
      throw new WaitingError("StoreMissing", message);
    }
    const { provider, block } = this.#providerOf(ref, object, use);
    const timeoutMs = object.spec.timeout === undefined ? defaultTimeoutMs : milliseconds(object.spec.timeout);
    const own = object.metadata.namespace;
    const open = (): Promise<Store> => {
      const context = {
        namespace: own,
        timeoutMs,
        readSecret: (secret: { namespace?: string | undefined; name: string }, signal: AbortSignal) =>
          this.#secret(secret.namespace ?? own ?? "", secret.name, signal),
      };
      return provider.create(block, context, signal);
    };
    return this.#connections.use(storeKey(namespace, ref), this.#versionOf(object), open, (store) =>
      work({
        store: granted === undefined ? store : grantedStore(store, permit),
        provider,
        suspended: object.spec.suspend ?? false,
        removal: { readSecret: (name, signal) => this.#secret(namespace, name, signal) },
      }),
    );
  }

  /** Closes the connection of a store that is gone. */
  forget(key: string): Promise<void> {
    return this.#connections.retire(key);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #find(namespace: string, ref: StoreRef): StoreObject | undefined {
    const { stores, cluster } = this.#options;
    return ref.kind === "ClusterCertificateStore"
      ? cluster?.stores.get(ref.name)
      : stores.get(storeKey(namespace, ref));
  }

  /** Throws one and the same error whether store, place or grant is missing: a namespace must not learn which. */
  #permit(namespace: string, ref: StoreRef, use: Exclude<StoreUse, { for: "Check" }>): void {
    const { cluster } = this.#options;
    if (cluster === undefined) {
      throw new TerminalError(
        "ClusterStoresOff",
        "This operator serves only some namespaces (--watch-namespaces), and ClusterCertificateStores are off then; use a CertificateStore.",
      );
    }
    const object = cluster.stores.get(ref.name);
    const provider = object && this.#options.provider(blockOf(object).name);
    if (object !== undefined && provider !== undefined && (use.for === "Removal" || use.provider === provider.name)) {
      const labels = this.#labelsOf(namespace);
      const reach = reachOf(provider, use, namespace);
      if (isGranted(object.spec.grants ?? [], { namespace, labels, reach }, provider.grantedPlaces ?? [])) return;
    }
    throw new TerminalError(
      "NotGranted",
      `${storeTitle(ref)} does not exist, or does not grant namespace ${namespace} this use of it; ask whoever runs the cluster for a grant.`,
    );
  }

  #labelsOf(namespace: string): Readonly<Record<string, string>> {
    return this.#options.cluster?.namespaces.get(namespace)?.metadata.labels ?? {};
  }

  #providerOf(ref: StoreRef, object: StoreObject, use: StoreUse): { provider: Provider; block: unknown } {
    const { name, block } = blockOf(object);
    if (use.for === "Delivery" && use.provider !== name) {
      const message = `${storeTitle(ref)} is a ${name} store, but the block here is ${use.provider}; use a block ${name} or another store.`;
      throw new TerminalError("ProviderMismatch", message);
    }
    const provider = this.#options.provider(name);
    if (provider !== undefined) return { provider, block };
    throw providerNotBuilt(name);
  }

  async #secret(namespace: string, name: string, signal: AbortSignal): Promise<SecretData> {
    if (this.#options.secrets.get(`${namespace}/${name}`) === undefined) {
      throw new WaitingError(
        "SecretMissing",
        `Secret ${name}, which the store refers to, does not exist in namespace ${namespace}; create it.`,
      );
    }
    return (await readSecret(this.#options.client, namespace, name, signal)).values;
  }

  #versionOf(object: StoreObject): string {
    const { uid, generation } = object.metadata;
    const secrets = secretsOf(object, (name) => this.#options.provider(name)).map(
      (key) => this.#options.secrets.get(key)?.metadata.resourceVersion ?? "absent",
    );
    return [uid, generation, ...secrets].join(":");
  }
}

/** The API knows a provider that this build does not have. */
export function providerNotBuilt(name: string): TerminalError {
  const message = `This version of Certferry has no provider ${name}; use another store or another version.`;
  return new TerminalError("ProviderNotBuilt", message);
}

/** Keys of the Secrets that a store refers to. */
export function secretsOf(object: StoreObject, provider: (name: string) => Provider | undefined): readonly string[] {
  const own = object.metadata.namespace;
  const { name, block } = blockOf(object);
  const refs = provider(name)?.secretRefs(block) ?? [];
  return refs.map(({ namespace = own, name }) => keyOf({ namespace, name }));
}

function reachOf(provider: Provider, use: Exclude<StoreUse, { for: "Check" }>, namespace: string): Reach {
  return use.for === "Removal" ? provider.reachOfKey(use.key) : provider.reach(use.block, namespace);
}
