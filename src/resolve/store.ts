import type { CertificateStore, StoreRef, StoreReference } from "../crds/index.ts";
import { type Cache, keyOf, type KubeClient, type KubeObject, type PartialObjectMetadata } from "../kube/index.ts";
import type { Provider, RemovalContext, SecretData, Store } from "../stores/contract.ts";
import { TerminalError, WaitingError } from "../stores/errors.ts";
import { within } from "../stores/within.ts";
import { type Entry, Gate, type GateClock, type Visitor } from "../stores/gate/index.ts";
import { Connections } from "./connections.ts";
import { type Guard, guardedStore, watched } from "./guarded-store.ts";
import { readConfigMap, readSecret } from "./material.ts";
import { type ClusterStores, labelsOf, permit, type StoreUse } from "./permit.ts";
import { blockOf, checkEveryMs, storeKey, type StoreObject, storeTitle, timeoutMs } from "./store-object.ts";

/** A store that is ready to be used. */
export interface ResolvedStore {
  readonly store: Store;
  readonly provider: Provider;
  /** `spec.suspend` of the store resource. */
  readonly suspended: boolean;
  /** For `store.remove`: reads in the user's namespace. */
  readonly removal: Pick<RemovalContext, "readSecret">;
}

export interface StoreOptions {
  readonly client: KubeClient;
  readonly stores: Cache<CertificateStore & KubeObject>;
  /** Absent where the operator serves only some namespaces: it has no business with what belongs to none. */
  readonly cluster?: ClusterStores | undefined;
  readonly secrets: Cache<PartialObjectMetadata>;
  readonly configMaps: Cache<PartialObjectMetadata>;
  /** How many may run in one store at once, whatever its own limits say. */
  readonly runs: number;
  readonly clock: GateClock;
  /** Told of a store (`storeKey`) that begins to refuse its login, or to be silent. */
  onClosed(key: string): void;
  /** The provider of that name, when it is built in. */
  provider(name: string): Provider | undefined;
}

interface Found {
  readonly object: StoreObject;
  readonly provider: Provider;
  readonly block: unknown;
}

/**
 * Turns references into stores. A store is built once for each version of its spec and of the Secrets and ConfigMaps that it
 * refers to, and closed when nobody uses it any more. Its gate outlasts all versions.
 */
export class StoreResolver {
  readonly #options: StoreOptions;
  readonly #connections = new Connections();
  readonly #gates = new Map<string, Gate>();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** Names the version that a use would get now, and what grants it; "absent" when there is no such store. */
  version(namespace: string, ref: StoreRef): string {
    const object = this.#find(namespace, ref);
    if (object === undefined) return "absent";
    const { cluster } = this.#options;
    const granted = ref.kind === "ClusterCertificateStore" && cluster !== undefined;
    return `${this.#versionOf(object)}${granted ? JSON.stringify(labelsOf(cluster, namespace)) : ""}`;
  }

  /**
   * Asks the store's gate whether a run may begin; to be asked before `use`. A use that will fail without the store is let in:
   * `use` tells why.
   */
  enter(namespace: string, ref: StoreRef, use: StoreUse, visitor: Visitor): Entry {
    const object = this.#usable(namespace, ref, use);
    if (object === undefined) return { state: "Entered", leave: () => {} };
    return this.#gateOf(storeKey(namespace, ref), object).enter(visitor);
  }

  /** A visitor that was parked somewhere does not come any more. */
  withdraw(id: string): void {
    for (const gate of this.#gates.values()) gate.withdraw(id);
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
    const { object, provider, block } = this.#found(namespace, ref, use);
    const key = storeKey(namespace, ref);
    const gate = this.#gateOf(key, object);
    const version = this.#versionOf(object);
    const guard: Guard = {
      permit: () => this.#permit(namespace, ref, use),
      told: (told) => gate.told(version, told),
    };
    // A store that could be built need not have been asked anything.
    const opening: Pick<Guard, "told"> = { told: (told) => void (told.store === "Answered" || guard.told(told)) };
    const open = (): Promise<Store> =>
      within(timeoutMs(object), signal, (limit) =>
        watched(opening, limit, () => this.#open(object, provider, block, gate, limit)),
      );
    return this.#connections.use(key, version, open, (store) =>
      work({
        store: guardedStore(store, guard),
        provider,
        suspended: object.spec.suspend ?? false,
        removal: { readSecret: (name, signal) => this.#secret(namespace, name, signal) },
      }),
    );
  }

  /** Closes the connection of a store that is gone. */
  forget(key: string): Promise<void> {
    this.#gates.delete(key);
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

  #permit(namespace: string, ref: StoreRef, use: StoreUse): void {
    permit(this.#options.cluster, (name) => this.#options.provider(name), namespace, ref, use);
  }

  #found(namespace: string, ref: StoreRef, use: StoreUse): Found {
    this.#permit(namespace, ref, use);
    const object = this.#find(namespace, ref);
    if (object !== undefined) return { object, ...this.#providerOf(ref, object, use) };
    const message = `${storeTitle(ref)} does not exist in namespace ${namespace}; create it.`;
    throw new WaitingError("StoreMissing", message);
  }

  /** The store, unless `use` will throw. */
  #usable(namespace: string, ref: StoreRef, use: StoreUse): StoreObject | undefined {
    try {
      return this.#found(namespace, ref, use).object;
    } catch {
      return undefined;
    }
  }

  #gateOf(key: string, object: StoreObject): Gate {
    const gate = this.#gates.get(key) ?? new Gate(this.#options.clock, () => this.#options.onClosed(key));
    this.#gates.set(key, gate);
    const { maxConcurrent, requestsPerMinute } = {
      ...this.#options.provider(blockOf(object).name)?.limits,
      ...object.spec.limits,
    };
    const runs = Math.min(this.#options.runs, maxConcurrent ?? Number.POSITIVE_INFINITY);
    gate.renew(this.#versionOf(object), { runs, requestsPerMinute, checkEveryMs: checkEveryMs(object) });
    return gate;
  }

  #providerOf(ref: StoreRef, object: StoreObject, use: StoreUse): { provider: Provider; block: unknown } {
    const { name, block } = blockOf(object);
    if ((use.for === "Delivery" || use.for === "Download") && use.provider !== name) {
      const message = `${storeTitle(ref)} is a ${name} store, but the block here is ${use.provider}; use a block ${name} or another store.`;
      throw new TerminalError("ProviderMismatch", message);
    }
    const provider = this.#options.provider(name);
    if (provider !== undefined) return { provider, block };
    throw providerNotBuilt(name);
  }

  #open(object: StoreObject, provider: Provider, block: unknown, gate: Gate, signal: AbortSignal): Promise<Store> {
    const own = object.metadata.namespace;
    const context = {
      namespace: own,
      timeoutMs: timeoutMs(object),
      readSecret: ({ namespace = own ?? "", name }: StoreReference, signal: AbortSignal) =>
        this.#secret(namespace, name, signal),
      readConfigMap: ({ namespace = own ?? "", name }: StoreReference, signal: AbortSignal) =>
        this.#configMap(namespace, name, signal),
      turn: (signal: AbortSignal) => gate.turn(signal),
    };
    return provider.create(block, context, signal);
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

  async #configMap(namespace: string, name: string, signal: AbortSignal): Promise<SecretData> {
    if (this.#options.configMaps.get(`${namespace}/${name}`) === undefined) {
      throw new WaitingError(
        "ConfigMapMissing",
        `ConfigMap ${name}, which the store refers to, does not exist in namespace ${namespace}; create it.`,
      );
    }
    return (await readConfigMap(this.#options.client, namespace, name, signal)).values;
  }

  #versionOf(object: StoreObject): string {
    const { uid, generation } = object.metadata;
    const { secrets, configMaps } = referencesOf(object, (name) => this.#options.provider(name));
    const versions = (cache: Cache<PartialObjectMetadata>, keys: readonly string[]): string[] =>
      keys.map((key) => cache.get(key)?.metadata.resourceVersion ?? "absent");
    const { secrets: secretCache, configMaps: configMapCache } = this.#options;
    return [uid, generation, ...versions(secretCache, secrets), ...versions(configMapCache, configMaps)].join(":");
  }
}

/** The API knows a provider that this build does not have. */
function providerNotBuilt(name: string): TerminalError {
  const message = `This version of Certferry has no provider ${name}; use another store or another version.`;
  return new TerminalError("ProviderNotBuilt", message);
}

/** Keys of the Secrets and ConfigMaps that a store refers to. */
export function referencesOf(
  object: StoreObject,
  provider: (name: string) => Provider | undefined,
): Record<"secrets" | "configMaps", readonly string[]> {
  const own = object.metadata.namespace;
  const { name, block } = blockOf(object);
  const found = provider(name);
  const keys = (refs: readonly StoreReference[] = []): string[] =>
    refs.map(({ namespace = own, name }) => keyOf({ namespace, name }));
  return { secrets: keys(found?.secretRefs(block)), configMaps: keys(found?.configMapRefs?.(block)) };
}
