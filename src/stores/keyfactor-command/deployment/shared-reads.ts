import { unlessAborted } from "../../unless-aborted.ts";
import { within } from "../../within.ts";

interface Reading<Value> {
  /** Monotonic, in milliseconds. */
  readonly begunAt: number;
  readonly value: Promise<Value>;
}

/**
 * Answers that many places ask for, each for as long as its asker takes it: of one at a time, so that who comes while it is read
 * waits for the same. What failed is forgotten.
 */
export class SharedReads<Value> {
  readonly #readings = new Map<string, Reading<Value>>();
  readonly #timeoutMs: number;
  readonly #now: () => number;

  /** @param now monotonic, in milliseconds */
  constructor(timeoutMs: number, now: () => number = () => performance.now()) {
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  /**
   * Rejects when `signal` is aborted; the reading goes on for the others.
   * @param maxAgeMs since the reading began; 0 reads anew
   */
  async get(
    key: string,
    maxAgeMs: number,
    read: (signal: AbortSignal) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value> {
    signal.throwIfAborted();
    const known = this.#readings.get(key);
    const fresh =
      known !== undefined && this.#now() - known.begunAt < maxAgeMs ? known : this.#begin(key, maxAgeMs, read);
    return unlessAborted(fresh.value, signal);
  }

  #begin(key: string, maxAgeMs: number, read: (signal: AbortSignal) => Promise<Value>): Reading<Value> {
    this.#dropOlderThan(maxAgeMs);
    const value = within(this.#timeoutMs, new AbortController().signal, read);
    const reading = { begunAt: this.#now(), value };
    this.#readings.set(key, reading);
    value.catch(() => {
      if (this.#readings.get(key) === reading) this.#readings.delete(key);
    });
    return reading;
  }

  #dropOlderThan(maxAgeMs: number): void {
    const now = this.#now();
    for (const [key, { begunAt }] of this.#readings) {
      if (now - begunAt >= maxAgeMs) this.#readings.delete(key);
    }
  }
}
