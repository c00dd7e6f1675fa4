import type { GateClock } from "./clock.ts";

const minute = 60_000;

interface Waiting {
  readonly go: () => void;
}

/** Lets requests go one after the other, never more than so many within any minute. */
export class RequestRate {
  readonly #perMinute: number;
  readonly #clock: GateClock;
  /** When the requests of the last minute went, oldest first. */
  readonly #gone: number[] = [];
  readonly #waiting = new Set<Waiting>();
  #timer: (() => void) | undefined;

  constructor(perMinute: number, clock: GateClock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Resolves when the next request may go. Rejects with the reason of `signal` when that is aborted first. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { go: resolve };
    const leave = (): void => {
      this.#waiting.delete(waiting);
      reject(signal.reason);
    };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", leave, { once: true });
    this.#serve();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** Lets all go who wait: the rate is another one now. */
  end(): void {
    for (const { go } of this.#waiting) go();
    this.#waiting.clear();
  }

  #serve(): void {
    const now = this.#clock.now();
    while (this.#gone.length > 0 && (this.#gone[0] ?? now) <= now - minute) this.#gone.shift();
    for (const waiting of this.#waiting) {
      if (this.#gone.length >= this.#perMinute) break;
      this.#waiting.delete(waiting);
      this.#gone.push(now);
      waiting.go();
    }
    const [oldest] = this.#gone;
    if (this.#waiting.size === 0 || oldest === undefined || this.#timer !== undefined) return;
    this.#timer = this.#clock.after(Math.max(1, oldest + minute - now), () => {
      this.#timer = undefined;
      this.#serve();
    });
  }
}
