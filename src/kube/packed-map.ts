/**
 * A map whose values rest as JSON text and are parsed when they are asked for. Most of a cache is not looked at for hours, and
 * as text it takes about a third of the memory (docs/performance.md). Each answer is a copy of its own.
 */
export class PackedMap<T extends object> {
  readonly #texts = new Map<string, string>();

  get size(): number {
    return this.#texts.size;
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  get(key: string): T | undefined {
    const text = this.#texts.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  set(key: string, value: T): void {
    this.#texts.set(key, JSON.stringify(value));
  }

  delete(key: string): void {
    this.#texts.delete(key);
  }

  *entries(): Generator<[string, T], void, undefined> {
    for (const [key, text] of this.#texts) yield [key, JSON.parse(text) as T];
  }
}
