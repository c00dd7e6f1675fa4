import { metadataOf, Secret } from "../../src/kube/index.ts";
import type { ClusterAccess } from "../control-plane/index.ts";
import type { BenchCluster } from "./bench-cluster.ts";

const roundMs = 30_000;
const watchSeconds = 3_000;

/** Tells of Secrets that change in a namespace, by a watch of their metadata. */
export class Changes {
  readonly #waiting = new Map<string, () => void>();
  readonly #stop = new AbortController();
  readonly #onChange: (name: string) => void;
  #watching: Promise<void> = Promise.resolve();

  private constructor(onChange: (name: string) => void) {
    this.#onChange = onChange;
  }

  /** From now on. */
  static async begin(
    { plane }: BenchCluster,
    namespace: string,
    onChange: (name: string) => void = () => {},
  ): Promise<Changes> {
    const changes = new Changes(onChange);
    const { signal } = changes.#stop;
    const { resourceVersion } = await plane.client.list(metadataOf(Secret), { namespace, limit: 1, signal });
    changes.#watching = changes.#watch(plane, namespace, resourceVersion).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return changes;
  }

  /** Resolves when that Secret changes the next time. */
  next(name: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`${name} did not change within ${roundMs} ms`)), roundMs);
    this.#waiting.set(name, () => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch({ client }: ClusterAccess, namespace: string, resourceVersion: string): Promise<void> {
    const { signal } = this.#stop;
    const options = { namespace, resourceVersion, timeoutSeconds: watchSeconds, signal };
    for await (const event of client.watch(metadataOf(Secret), options)) {
      if (event.type !== "MODIFIED") continue;
      const { name } = event.object.metadata;
      this.#onChange(name);
      this.#waiting.get(name)?.();
      this.#waiting.delete(name);
    }
  }
}
