/**
 * Objects that rest as JSON text and are parsed as they are gone through, one after the other: those of all pages of a long
 * list would fill the heap before the first is used.
 */
export class PackedList<T extends object> implements Iterable<T> {
  readonly #texts: readonly string[];

  constructor(objects: Iterable<T>) {
    this.#texts = Array.from(objects, (object) => JSON.stringify(object));
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const text of this.#texts) yield JSON.parse(text) as T;
  }
}
