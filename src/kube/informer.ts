import type { Cache, CacheEvent, IndexFunction } from "./cache.ts";
import type { KubeClient } from "./client.ts";
import { Reflector, type ReflectorClock, type ReflectorHealth, SYSTEM_CLOCK } from "./reflector.ts";
import type { CacheEffect } from "./reflector-state.ts";
import { type Scope, Store } from "./store.ts";
import type { KubeObject, Resource } from "./types.ts";

/** Something that went wrong and is tried again, for the log. */
export interface InformerProblem {
  during: "list" | "watch" | "handler";
  /** Plural of the watched kind. */
  resource: string;
  /** Absent: all namespaces. */
  namespace: string | undefined;
  error: unknown;
}

export interface InformerOptions<T extends KubeObject> {
  /** Only these; one reflector each. Absent: all namespaces, and cluster-scoped kinds. */
  namespaces?: readonly string[] | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** By name; `byIndex` finds with them. */
  indexes?: Readonly<Record<string, IndexFunction<T>>>;
  onProblem?: (problem: InformerProblem) => void;
  clock?: ReflectorClock;
}

/**
 * A cache of one kind that follows the API server until its `run` is aborted, whatever breaks in between.
 * For metadata only, give it `metadataOf(kind)`.
 * @example
 * const secrets = new Informer(client, metadataOf(Secret), { indexes: { byType: (s) => [...] } });
 * secrets.onChange(({ key }) => queue.add(key));
 * const running = secrets.run(signal);
 * await secrets.whenSynced(signal);
 */
export class Informer<T extends KubeObject> implements Cache<T> {
  readonly type: Resource<T>;
  readonly #store: Store<T>;
  readonly #reflectors: ReadonlyMap<Scope, Reflector<T>>;
  readonly #handlers: ((event: CacheEvent<T>) => void)[] = [];
  readonly #unsynced: Set<Scope>;
  readonly #synced = Promise.withResolvers<void>();
  readonly #filtered: boolean;
  readonly #onProblem: ((problem: InformerProblem) => void) | undefined;
  #running = false;

  constructor(client: KubeClient, type: Resource<T>, options: InformerOptions<T> = {}) {
    const { namespaces, labelSelector, fieldSelector, indexes = {} } = options;
    this.type = type;
    this.#store = new Store(indexes);
    this.#filtered = labelSelector !== undefined || fieldSelector !== undefined;
    this.#onProblem = options.onProblem;
    const scopes = new Set<Scope>(namespaces ?? [undefined]);
    this.#unsynced = new Set(scopes);
    this.#reflectors = new Map(
      [...scopes].map((namespace) => {
        const reflector = new Reflector({
          client,
          type,
          namespace,
          labelSelector,
          fieldSelector,
          clock: options.clock ?? SYSTEM_CLOCK,
          onEffect: (effect) => this.#learn(namespace, effect),
          onFailure: (during, error) => this.#report(during, namespace, error),
        });
        return [namespace, reflector];
      }),
    );
  }

  get size(): number {
    return this.#store.size;
  }

  /** True when every namespace has been listed once. */
  get hasSynced(): boolean {
    return this.#unsynced.size === 0;
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  values(): IterableIterator<T> {
    return this.#store.values();
  }

  /** Throws when there is no such index. */
  byIndex(index: string, value: string): readonly T[] {
    return this.#store.byIndex(index, value);
  }

  /**
   * Calls `handler` for every change, after the cache holds it, in order; at first, at once, for what the cache holds
   * already. It must be quick and must not throw: if it does, the error is a problem of `during: "handler"`.
   */
  onChange(handler: (event: CacheEvent<T>) => void): void {
    this.#handlers.push(handler);
    for (const [key, object] of this.#store.entries()) this.#tell(handler, { key, new: object, initial: true });
  }

  /** Lists and watches until `signal` is aborted. Rejects only on a bug, and never because of the server. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`the informer of ${this.type.plural} runs already`);
    this.#running = true;
    if (this.hasSynced) this.#synced.resolve();
    await Promise.all([...this.#reflectors.values()].map((reflector) => reflector.run(signal)));
  }

  /** Resolves when `hasSynced`; rejects when `signal` is aborted first. */
  async whenSynced(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (signal.aborted) abort();
      await Promise.race([this.#synced.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Takes the answer to one of our own writes, so that the next look into the cache sees it. Ignored when the cache
   * knows better already. Handlers are told, as of any change; the watch's own news of it tells nobody again.
   */
  applyAnswer(object: T): void {
    const scope = this.#reflectors.has(undefined) ? undefined : object.metadata.namespace;
    this.#publish([this.#store.applyAnswer(scope, object, !this.#filtered)]);
  }

  /** One for each watched namespace. */
  health(): ReflectorHealth[] {
    return [...this.#reflectors.values()].map((reflector) => reflector.health());
  }

  #learn(scope: Scope, effect: CacheEffect<T>): void {
    switch (effect.do) {
      case "Replace":
        this.#publish(this.#store.replace(scope, effect.items, effect.resourceVersion, effect.wentBack));
        this.#unsynced.delete(scope);
        if (this.hasSynced) this.#synced.resolve();
        return;
      case "Put":
        return this.#publish([this.#store.put(scope, effect.object)]);
      case "Remove":
        return this.#publish([this.#store.remove(scope, effect.object)]);
      case "Advance":
        return this.#store.advance(scope, effect.resourceVersion);
    }
  }

  #publish(events: readonly (CacheEvent<T> | undefined)[]): void {
    for (const event of events) {
      if (event !== undefined) for (const handler of this.#handlers) this.#tell(handler, event);
    }
  }

  #tell(handler: (event: CacheEvent<T>) => void, event: CacheEvent<T>): void {
    try {
      handler(event);
    } catch (error) {
      this.#report("handler", undefined, error);
    }
  }

  #report(during: InformerProblem["during"], namespace: string | undefined, error: unknown): void {
    this.#onProblem?.({ during, resource: this.type.plural, namespace, error });
  }
}
