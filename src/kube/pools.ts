import { createSecureContext } from "node:tls";
import { Pool } from "undici";
import { type ConnectGuard, guarded } from "../http/index.ts";
import type { ClusterConfig } from "./config/cluster-config.ts";
import { KubeError } from "./errors.ts";

export interface PoolOptions {
  /** How many requests may be under way at once; more wait. Watches have connections of their own. */
  maxConnections: number;
  connectTimeoutSeconds: number;
  /** The longest silence before and within an answer. */
  silenceSeconds: number;
  guard?: ConnectGuard | undefined;
}

export interface Pools {
  requests: Pool;
  watches: Pool;
}

interface TlsMaterial {
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

/**
 * The connections to one API server. When its CA or our client certificate changes, new pools take over and the old
 * ones close as soon as their requests end.
 */
export class PoolKeeper {
  readonly #config: ClusterConfig;
  readonly #options: PoolOptions;
  #material: TlsMaterial | undefined;
  #pools: Pools | undefined;
  readonly #retiring = new Set<Pools>();
  #closed = false;

  constructor(config: ClusterConfig, options: PoolOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** The pools for the next request. Throws what the config's CA or certificate function throws. */
  async current(): Promise<Pools> {
    const material = await materialOf(this.#config);
    if (this.#closed) throw new KubeError("Aborted", "the client is closed", { sent: false });
    if (this.#pools !== undefined && this.#material !== undefined && same(this.#material, material)) return this.#pools;
    if (this.#pools !== undefined) this.#retire(this.#pools);
    this.#material = material;
    this.#pools = this.#open(material);
    return this.#pools;
  }

  /** To be told of a connection that could not be made: perhaps the server's certificate comes from a new CA. */
  async failed(): Promise<void> {
    const { caPem } = this.#config;
    // Where the new one cannot be had, the last one goes on.
    if (typeof caPem === "function") await caPem(true).catch(() => undefined);
  }

  /** To be told of a request that got no answer: its server is gone in silence, and so are the idle connections to it. */
  abandon(pools: Pools): void {
    if (this.#pools !== pools) return;
    this.#retire(pools);
    this.#pools = undefined;
  }

  /** Aborts what is under way and closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#retiring, ...(this.#pools === undefined ? [] : [this.#pools])];
    this.#pools = undefined;
    await Promise.all(all.flatMap(({ requests, watches }) => [requests.destroy(), watches.destroy()]));
  }

  #open(material: TlsMaterial): Pools {
    const { maxConnections, connectTimeoutSeconds, silenceSeconds, guard } = this.#options;
    const { serverName } = this.#config;
    const tls = {
      // One for all connections: each would parse the CA again and keep a store of its own.
      secureContext: createSecureContext(defined(material)),
      ...(serverName === undefined ? {} : { servername: serverName }),
      timeout: connectTimeoutSeconds * 1000,
    };
    const shared = {
      connect: guard === undefined ? tls : guarded(tls, guard),
      headersTimeout: silenceSeconds * 1000,
      bodyTimeout: silenceSeconds * 1000,
      // One connection per request: on a shared HTTP/2 connection one loss fails every write at once.
      allowH2: false,
      keepAliveTimeout: 30_000,
    };
    const { origin } = new URL(this.#config.server);
    return {
      requests: new Pool(origin, { ...shared, connections: maxConnections }),
      watches: new Pool(origin, { ...shared, connections: null }),
    };
  }

  #retire(pools: Pools): void {
    this.#retiring.add(pools);
    const gone = (): void => void this.#retiring.delete(pools);
    Promise.all([pools.requests.close(), pools.watches.close()]).then(gone, gone);
  }
}

async function materialOf({ caPem, credentials }: ClusterConfig): Promise<TlsMaterial> {
  const ca = typeof caPem === "function" ? await caPem() : caPem;
  if (!("clientCertificate" in credentials)) return { ca, cert: undefined, key: undefined };
  const { clientCertificate } = credentials;
  const { certPem, keyPem } = typeof clientCertificate === "function" ? await clientCertificate() : clientCertificate;
  return { ca, cert: certPem, key: keyPem };
}

function same(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

function defined<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
