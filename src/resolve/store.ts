import { type CertificateStore, milliseconds, type StoreRef } from "../crds/index.ts";
import type { Cache, KubeClient, PartialObjectMetadata } from "../kube/index.ts";
import type { Provider, Store } from "../stores/contract.ts";
import { TerminalError, WaitingError } from "../stores/errors.ts";
import { readSecret } from "./material.ts";

/** A store that is ready to be used. */
export interface ResolvedStore {
  readonly store: Store;
  readonly provider: Provider;
  /** `spec.suspend` of the store resource. */
  readonly suspended: boolean;
  /** Changes with the store's spec and with every Secret that it refers to. */
  readonly version: string;
}

export interface StoreOptions {
  readonly client: KubeClient;
  readonly stores: Cache<CertificateStore>;
  readonly secrets: Cache<PartialObjectMetadata>;
  /** The provider of that name, when it is built in. */
  provider(name: string): Provider | undefined;
}

interface Connection {
  readonly version: string;
  readonly opened: Promise<Store>;
  users: number;
  retired: boolean;
}

const defaultTimeoutMs = 60_000;

/** Turns references into stores. A store is built once for each version of its spec and Secrets, and closed when nobody uses it any more. */
export class StoreResolver {
  readonly #options: StoreOptions;
  readonly #connections = new Map<string, Connection>();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** Names the version that a use would get now; "absent" when there is no such store. */
  version(namespace: string, ref: StoreRef): string {
    const object = this.#options.stores.get(`${namespace}/${ref.name}`);
    return object === undefined ? "absent" : this.#versionOf(object);
  }

  /**
   * Lends a store to `work`. Throws `StoreMissing`, `ProviderMismatch`, `ProviderNotBuilt` and what the provider throws when it is created.
   * @param provider name of the user's block: another provider's store is `ProviderMismatch`
   */
  async use<T>(
    namespace: string,
    ref: StoreRef,
    provider: string | undefined,
    signal: AbortSignal,
    work: (resolved: ResolvedStore) => Promise<T>,
  ): Promise<T> {
    const object = this.#options.stores.get(`${namespace}/${ref.name}`);
    if (object === undefined) {
      throw new WaitingError(
        "StoreMissing",
        `CertificateStore ${ref.name} does not exist in namespace ${namespace}; create it.`,
      );
    }
    const { found, block } = this.#providerOf(object, provider);
    const connection = this.#connect(object, found, block, signal);
    connection.users += 1;
    try {
      const store = await connection.opened;
      return await work({
        store,
        provider: found,
        suspended: object.spec.suspend ?? false,
        version: connection.version,
      });
    } finally {
      connection.users -= 1;
      if (connection.retired && connection.users === 0) await shut(connection);
    }
  }

  /** Closes the connection of a store that is gone. */
  async forget(key: string): Promise<void> {
    await this.#retire(key);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.keys()].map((key) => this.#retire(key)));
  }

  #providerOf(object: CertificateStore, wanted: string | undefined): { found: Provider; block: unknown } {
    const { name, block } = blockOf(object);
    if (wanted !== undefined && wanted !== name) {
      const message = `CertificateStore ${object.metadata.name} is a ${name} store, but the block here is ${wanted}; use a block ${name} or another store.`;
      throw new TerminalError("ProviderMismatch", message);
    }
    const found = this.#options.provider(name);
    if (found === undefined) {
      throw new TerminalError(
        "ProviderNotBuilt",
        `This version of Certferry has no provider ${name}; use another store or another version.`,
      );
    }
    return { found, block };
  }

  #connect(object: CertificateStore, provider: Provider, block: unknown, signal: AbortSignal): Connection {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    const version = this.#versionOf(object);
    const present = this.#connections.get(key);
    if (present?.version === version) return present;
    if (present !== undefined) void this.#retire(key);
    const { namespace } = object.metadata;
    const timeoutMs = object.spec.timeout === undefined ? defaultTimeoutMs : milliseconds(object.spec.timeout);
    const opened = provider.create(
      block,
      {
        namespace,
        timeoutMs,
        readSecret: (name, signal) => this.#secret(namespace, name, signal),
      },
      signal,
    );
    const connection: Connection = { version, opened, users: 0, retired: false };
    this.#connections.set(key, connection);
    // One that could not be opened is tried afresh by the next user.
    opened.catch(() => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
    return connection;
  }

  async #secret(namespace: string, name: string, signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
    if (this.#options.secrets.get(`${namespace}/${name}`) === undefined) {
      throw new WaitingError(
        "SecretMissing",
        `Secret ${name}, which the store refers to, does not exist in namespace ${namespace}; create it.`,
      );
    }
    return (await readSecret(this.#options.client, namespace, name, signal)).values;
  }

  #versionOf(object: CertificateStore): string {
    const { metadata } = object;
    const { name, block } = blockOf(object);
    const names = this.#options.provider(name)?.secretNames(block) ?? [];
    const secrets = names.map(
      (name) => this.#options.secrets.get(`${metadata.namespace}/${name}`)?.metadata.resourceVersion,
    );
    return [metadata.uid, metadata.generation, ...secrets.map((version) => version ?? "absent")].join(":");
  }

  async #retire(key: string): Promise<void> {
    const connection = this.#connections.get(key);
    if (connection === undefined) return;
    this.#connections.delete(key);
    connection.retired = true;
    if (connection.users === 0) await shut(connection);
  }
}

/** A connection that failed to open or to close leaves nothing to do. */
async function shut(connection: Connection): Promise<void> {
  await connection.opened.then((store) => store.close()).catch(() => {});
}

/** Fields of a store that are no provider's block. The CRD sees to it that exactly one other is set. */
const common = new Set(["timeout", "healthcheck", "suspend"]);

function blockOf({ spec }: CertificateStore): { name: string; block: unknown } {
  const [name, block] = Object.entries(spec).find(([field]) => !common.has(field)) ?? ["", undefined];
  return { name, block };
}
