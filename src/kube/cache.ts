import type { KubeObject, ObjectRef } from "./types.ts";

/** `namespace/name`, or `name` for cluster-scoped objects: the key of caches and queues. */
export function keyOf(object: { metadata: { namespace?: string; name: string } } | ObjectRef): string {
  const { namespace, name } = "metadata" in object ? object.metadata : object;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** A change of the cache. `old` is absent for objects seen first, `new` for objects that are gone. */
export interface CacheEvent<T> {
  key: string;
  old?: T;
  new?: T;
  /** True for the objects of the first list: they tell what is, not what changed. */
  initial: boolean;
}

/** Maps an object to the values under which an index finds it. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** A read-only view of what the API server holds, kept by an informer. Objects are frozen by agreement: never change them. */
export interface Cache<T extends KubeObject> {
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
}
