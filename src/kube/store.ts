import { type Cache, type CacheEvent, type IndexFunction, keyOf } from "./cache.ts";
import { PackedMap } from "./packed-map.ts";
import { Index } from "./store-index.ts";
import type { KubeObject } from "./types.ts";
import { isNewer } from "./versions.ts";

/** The part of a store that one reflector fills: a namespace, or everything. */
export type Scope = string | undefined;

/**
 * The indexed cache behind an informer. It is told three things that overlap in time, lists, watch events and the
 * answers to our own writes, and keeps the newest of each object. Every change is complete before it is told.
 */
export class Store<T extends KubeObject> implements Cache<T> {
  readonly #objects = new PackedMap<T>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;
  /** How far list and watch have come, by scope. */
  readonly #versions = new Map<Scope, string>();

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>>) {
    this.#indexes = new Map(Object.entries(indexes).map(([name, valuesOf]) => [name, new Index(valuesOf)]));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  *values(): IterableIterator<T> {
    for (const [, object] of this.#objects.entries()) yield object;
  }

  entries(): IterableIterator<[string, T]> {
    return this.#objects.entries();
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`the cache has no index "${index}"`);
    return found.get(value).flatMap((key) => this.#objects.get(key) ?? []);
  }

  /**
   * Swaps a scope for a new list. Only what is newer than the list itself stays as it is: the answer of a write. Not even
   * that when the server's history `wentBack` (etcd restored).
   */
  replace(scope: Scope, items: Iterable<T>, version: string, wentBack = false): CacheEvent<T>[] {
    const stays = (old: T): boolean => !wentBack && isNewer(old.metadata.resourceVersion, version) === true;
    const initial = !this.#versions.has(scope);
    this.#versions.set(scope, version);
    const events: CacheEvent<T>[] = [];
    const listed = new Set<string>();
    for (const item of items) {
      const key = keyOf(item);
      listed.add(key);
      const old = this.#objects.get(key);
      const event = old !== undefined && stays(old) ? undefined : this.#set(key, item);
      if (event !== undefined) events.push(initial ? this.#first(key) : event);
    }
    for (const key of this.#objects.keys()) {
      if (listed.has(key)) continue;
      const old = this.#objects.get(key);
      if (old === undefined || (scope !== undefined && old.metadata.namespace !== scope)) continue;
      if (!stays(old)) events.push(this.#drop(key, old));
    }
    return events;
  }

  /** ADDED or MODIFIED. No event when the cache holds this version already, or a newer one from a write's answer. */
  put(scope: Scope, object: T): CacheEvent<T> | undefined {
    this.advance(scope, object.metadata.resourceVersion);
    return this.#setNewer(keyOf(object), object);
  }

  /** DELETED. The object stays when it has been created anew since. */
  remove(scope: Scope, object: T): CacheEvent<T> | undefined {
    this.advance(scope, object.metadata.resourceVersion);
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old === undefined || isNewer(old.metadata.resourceVersion, object.metadata.resourceVersion)) return undefined;
    return this.#drop(key, old);
  }

  advance(scope: Scope, version: string | undefined): void {
    if (version !== undefined) this.#versions.set(scope, version);
  }

  /**
   * Takes the answer of a write. An object that the cache does not hold is taken only when it is newer than all the
   * watch has told: else it has been deleted meanwhile, and nobody would ever remove it again.
   */
  applyAnswer(scope: Scope, object: T, mayAdd: boolean): CacheEvent<T> | undefined {
    const key = keyOf(object);
    const { resourceVersion } = object.metadata;
    const known = this.#versions.get(scope);
    if (known === undefined) return undefined;
    if (this.#objects.has(key)) return this.#setNewer(key, object);
    return mayAdd && isNewer(resourceVersion, known) === true ? this.#set(key, object) : undefined;
  }

  #setNewer(key: string, object: T): CacheEvent<T> | undefined {
    const old = this.#objects.get(key);
    const isOlder = isNewer(old?.metadata.resourceVersion, object.metadata.resourceVersion) === true;
    return isOlder ? undefined : this.#set(key, object);
  }

  /** No event when the cache holds this version already. */
  #set(key: string, object: T): CacheEvent<T> | undefined {
    const old = this.#objects.get(key);
    const { resourceVersion, uid } = object.metadata;
    if (old?.metadata.resourceVersion === resourceVersion && old?.metadata.uid === uid) return undefined;
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) index.change(key, old, object);
    return { key, ...(old === undefined ? {} : { old }), new: object, initial: false };
  }

  /** Parses its object when that is asked for: the objects of a long list would fill the heap before the first is told. */
  #first(key: string): CacheEvent<T> {
    const objects = this.#objects;
    return {
      key,
      initial: true,
      get new(): T {
        const object = objects.get(key);
        if (object === undefined) throw new Error(`${key} was told too late`);
        return object;
      },
    };
  }

  #drop(key: string, old: T): CacheEvent<T> {
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.change(key, old, undefined);
    return { key, old, initial: false };
  }
}
