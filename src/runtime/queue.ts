/** High work runs before Low; first lists and refreshes are Low. */
export type Priority = "High" | "Low";

/** Time, injected so that tests need none. */
export interface QueueClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` after the time; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  /** In [0, 1), for the jitter of back-off. */
  random(): number;
}

export const systemClock: QueueClock = {
  now: Date.now,
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

const retryMs = { first: 100, longest: 60_000 };
/** The longest that a Node timer takes; later times are looked at again then. */
const longestTimer = 2 ** 31 - 1;

interface Delayed {
  readonly at: number;
  readonly cancel: () => void;
}

/**
 * Keys to be worked on. A key waits at most once, is never worked on twice at a time, and is run again when it was added
 * while it was worked on.
 */
export class WorkQueue {
  readonly #clock: QueueClock;
  readonly #ready: Record<Priority, Set<string>> = { High: new Set(), Low: new Set() };
  readonly #running = new Set<string>();
  readonly #again = new Map<string, Priority>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #idle: ((key: string | undefined) => void)[] = [];
  #stopped = false;

  constructor(clock: QueueClock = systemClock) {
    this.#clock = clock;
  }

  /** How many keys wait to be worked on now. */
  get length(): number {
    return this.#ready.High.size + this.#ready.Low.size;
  }

  /** Now. What was scheduled for later is dropped: this run decides anew. */
  add(key: string, priority: Priority = "High"): void {
    if (this.#stopped) return;
    this.#undelay(key);
    if (this.#running.has(key)) {
      if (this.#again.get(key) !== "High") this.#again.set(key, priority);
      return;
    }
    if (this.#ready.High.has(key)) return;
    if (priority === "High") this.#ready.Low.delete(key);
    this.#ready[priority].add(key);
    this.#serve();
  }

  /** At a time, with Low priority; the earliest of several times counts. */
  addAt(key: string, at: Date): void {
    const time = at.getTime();
    if (this.#stopped || this.#ready.High.has(key) || this.#ready.Low.has(key)) return;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= time) return;
    this.#undelay(key);
    const wait = time - this.#clock.now();
    if (wait <= 0) return this.add(key);
    const cancel = this.#clock.after(Math.min(wait, longestTimer), () => this.#due(key, time));
    this.#delayed.set(key, { at: time, cancel });
  }

  /** The next key; undefined when the queue is shut down or `signal` aborted. The caller must say `done`. */
  async get(signal: AbortSignal): Promise<string | undefined> {
    if (this.#stopped || signal.aborted) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const leave = (): void => {
      const place = this.#idle.indexOf(resolve);
      if (place !== -1) this.#idle.splice(place, 1);
      resolve(undefined);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#idle.push(resolve);
    this.#serve();
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** The work on a key has ended. */
  done(key: string): void {
    this.#running.delete(key);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.add(key, again);
  }

  /** Again after the key's own back-off: 0.1 s doubling to 60 s, with jitter. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const wait = Math.min(retryMs.first * 2 ** failures, retryMs.longest) * (0.9 + 0.2 * this.#clock.random());
    this.addAt(key, new Date(this.#clock.now() + wait));
  }

  /** The key's back-off begins anew. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Nothing is added or handed out any more. */
  shutDown(): void {
    this.#stopped = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const resolve of this.#idle.splice(0)) resolve(undefined);
  }

  #due(key: string, at: number): void {
    this.#delayed.delete(key);
    if (at > this.#clock.now()) this.addAt(key, new Date(at));
    else this.add(key, "Low");
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #serve(): void {
    while (this.#idle.length > 0) {
      const ready = this.#ready.High.size > 0 ? this.#ready.High : this.#ready.Low;
      const [key] = ready;
      if (key === undefined) return;
      ready.delete(key);
      this.#running.add(key);
      this.#idle.shift()?.(key);
    }
  }
}
