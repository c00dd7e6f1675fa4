/** What is under way at once, and what the watch then tells of it. */
const recentObjects = 128;

/**
 * A map whose values rest as JSON text and are parsed when they are asked for, but for those that were asked for last. Most of
 * a cache is not looked at for hours, and as text a delivered StoreDeployment takes 1.3 KB of heap instead of 1.9 KB (measured).
 */
export class PackedMap<T extends object> {
  readonly #texts = new Map<string, string>();
  /** The oldest first. */
  readonly #recent = new Map<string, T>();

  get size(): number {
    return this.#texts.size;
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  get(key: string): T | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const text = this.#texts.get(key);
    return text === undefined ? undefined : this.#remember(key, JSON.parse(text) as T);
  }

  set(key: string, value: T): void {
    this.#texts.set(key, JSON.stringify(value));
    this.#remember(key, value);
  }

  delete(key: string): void {
    this.#texts.delete(key);
    this.#recent.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#texts.keys();
  }

  /** Parses each as it is reached, and remembers none. */
  *entries(): Generator<[string, T], void, undefined> {
    for (const [key, text] of this.#texts) yield [key, this.#recent.get(key) ?? (JSON.parse(text) as T)];
  }

  #remember(key: string, value: T): T {
    this.#recent.delete(key);
    this.#recent.set(key, value);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > recentObjects && oldest !== undefined) this.#recent.delete(oldest);
    return value;
  }
}
