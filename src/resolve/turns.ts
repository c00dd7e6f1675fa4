/** Work that costs, a few pieces at a time. Namespaces take turns, so that one with much of it does not hold up the others. */
export class Turns {
  readonly #most: number;
  readonly #waiting = new Map<string, (() => void)[]>();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `work` when its turn comes. What it throws is thrown. */
  async take<T>(namespace: string, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#most) this.#running += 1;
    else await this.#turn(namespace);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(namespace: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(namespace, [...(this.#waiting.get(namespace) ?? []), resolve]);
    return promise;
  }

  /** Hands the place on to the namespace that has waited longest for a turn, and that one goes to the end. */
  #next(): void {
    const [found] = this.#waiting;
    if (found === undefined) {
      this.#running -= 1;
      return;
    }
    const [namespace, [first, ...rest]] = found;
    this.#waiting.delete(namespace);
    if (rest.length > 0) this.#waiting.set(namespace, rest);
    first?.();
  }
}
