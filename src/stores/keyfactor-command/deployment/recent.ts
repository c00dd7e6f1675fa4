/** So many are remembered: far more than are on their way at once. */
const most = 10_000;

/** What a process remembers by name: the newest of it. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();

  note(name: string, value: Value): void {
    // At its end: what is noted again is new.
    this.#values.delete(name);
    this.#values.set(name, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > most && oldest !== undefined) this.#values.delete(oldest);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  entries(): Iterable<readonly [string, Value]> {
    return this.#values;
  }
}
