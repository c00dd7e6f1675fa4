import type { IndexFunction } from "./cache.ts";

/** One index of a cache: which objects have a value. */
export class Index<T> {
  readonly #valuesOf: IndexFunction<T>;
  readonly #byValue = new Map<string, Map<string, T>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  get(value: string): readonly T[] {
    return [...(this.#byValue.get(value)?.values() ?? [])];
  }

  /** Takes over that the object under `key` changed; absent means not there. */
  change(key: string, old: T | undefined, current: T | undefined): void {
    if (old !== undefined) for (const value of this.#valuesOf(old)) this.#remove(value, key);
    if (current !== undefined) for (const value of this.#valuesOf(current)) this.#add(value, key, current);
  }

  #add(value: string, key: string, object: T): void {
    const there = this.#byValue.get(value);
    if (there === undefined) this.#byValue.set(value, new Map([[key, object]]));
    else there.set(key, object);
  }

  #remove(value: string, key: string): void {
    const there = this.#byValue.get(value);
    there?.delete(key);
    if (there?.size === 0) this.#byValue.delete(value);
  }
}
