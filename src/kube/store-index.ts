import type { IndexFunction } from "./cache.ts";

/** One index of a cache: the keys of the objects that have a value. */
export class Index<T> {
  readonly #valuesOf: IndexFunction<T>;
  readonly #byValue = new Map<string, Set<string>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  get(value: string): readonly string[] {
    return [...(this.#byValue.get(value) ?? [])];
  }

  /** Takes over that the object under `key` changed; absent means not there. */
  change(key: string, old: T | undefined, current: T | undefined): void {
    if (old !== undefined) for (const value of this.#valuesOf(old)) this.#remove(value, key);
    if (current !== undefined) for (const value of this.#valuesOf(current)) this.#add(value, key);
  }

  #add(value: string, key: string): void {
    const there = this.#byValue.get(value);
    if (there === undefined) this.#byValue.set(value, new Set([key]));
    else there.add(key);
  }

  #remove(value: string, key: string): void {
    const there = this.#byValue.get(value);
    there?.delete(key);
    if (there?.size === 0) this.#byValue.delete(value);
  }
}
