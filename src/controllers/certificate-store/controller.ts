import { isDeepStrictEqual } from "node:util";
import type { StoreRef } from "../../crds/index.ts";
import {
  type CacheEvent,
  type Informer,
  isKubeError,
  type KubeClient,
  type KubeObject,
  type Resource,
} from "../../kube/index.ts";
import type { StoreObject, StoreResolver } from "../../resolve/index.ts";
import {
  Controller,
  type Logger,
  type Metrics,
  type Reconciliation,
  type ReconcileResult,
} from "../../runtime/index.ts";
import { checkStore, nextCheck } from "./reconcile.ts";
import { storeStatus } from "./status.ts";

export interface StoreControllerOptions<T extends StoreObject> {
  readonly client: KubeClient;
  readonly kind: NonNullable<StoreRef["kind"]>;
  readonly resource: Resource<T & KubeObject>;
  readonly cache: Informer<T & KubeObject>;
  readonly stores: StoreResolver;
  readonly workers: number;
  readonly lookAgainMs: number;
  readonly now: () => Date;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const fieldManager = "certferry-status";

/** Keeps the status of every store of one kind: whether it can be used, and why not. */
export class StoreController<T extends StoreObject = StoreObject> {
  readonly controller: Controller;
  readonly #options: StoreControllerOptions<T>;
  readonly #failures = new Map<string, number>();

  constructor(options: StoreControllerOptions<T>) {
    const { kind, workers, metrics, log, cache, now } = options;
    this.#options = options;
    const reconcile = (run: Reconciliation): Promise<ReconcileResult> => this.#reconcile(run);
    this.controller = new Controller({ name: kind.toLowerCase(), workers, metrics, log, now, reconcile });
    cache.onChange((event) => this.#changed(event));
  }

  #changed({ key, old, new: store, initial }: CacheEvent<T & KubeObject>): void {
    if (old !== undefined && store !== undefined && old.metadata.generation === store.metadata.generation) return;
    this.controller.enqueue(key, initial ? "Low" : "High");
  }

  async #reconcile({ key, log, signal }: Reconciliation): Promise<ReconcileResult> {
    const { kind, cache, stores, now, random, lookAgainMs } = this.#options;
    const object = cache.get(key);
    // One that is going is in use until it is gone.
    if (object === undefined) {
      this.#failures.delete(key);
      await stores.forget(key);
      return {};
    }
    const again = (): void => this.controller.enqueue(key);
    const onDefect = (error: unknown): void => log.error({ err: error }, "a check failed in an unforeseen way");
    const health = await checkStore(stores, kind, object, { again, onDefect, signal });
    if (health === undefined) return {};
    const failures = this.#failures.get(key) ?? 0;
    if (health.well) this.#failures.delete(key);
    else this.#failures.set(key, failures + 1);
    await this.#save(object, storeStatus(object, health, now()), signal);
    return { requeueAt: nextCheck(object, health, failures, lookAgainMs, now(), random()) };
  }

  async #save(object: T & KubeObject, status: object, signal: AbortSignal): Promise<void> {
    if (isDeepStrictEqual(status, object.status)) return;
    const { namespace, name, resourceVersion } = object.metadata;
    const place = namespace === undefined ? {} : { namespace };
    const body = { metadata: { ...place, name, resourceVersion }, status };
    const options = { fieldManager, force: true, subresource: "status", signal } as const;
    try {
      const { object: answer } = await this.#options.client.apply(this.#options.resource, body, options);
      this.#options.cache.applyAnswer(answer);
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
    }
  }
}
