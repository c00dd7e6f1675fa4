import { type Clock, systemClock } from "./clock.ts";

/** High work runs before Low; first lists and refreshes are Low. */
export type Priority = "High" | "Low";

/** Told what happens in a queue, for metrics. */
export interface QueueObserver {
  /** A key begins to wait; not told of one that waits already. */
  added(): void;
  /** How many keys wait now. */
  depth(waiting: number): void;
  /** A key is handed out after it waited so long. */
  taken(waitedMs: number): void;
  /** The work on a key has ended. */
  ended(workedMs: number): void;
  /** A key will be worked on again after a failure. */
  retried(): void;
}

const retryMs = { first: 100, longest: 60_000 };
/** The longest that a Node timer takes; the time that is left is waited for then. */
const longestTimerMs = 2 ** 31 - 1;

interface Running {
  readonly priority: Priority;
  readonly since: number;
}

interface Delayed {
  readonly at: number;
  readonly priority: Priority;
  readonly cancel: () => void;
}

/**
 * Keys to be worked on. A key waits at most once, is never worked on twice at a time, and is run again when it was added
 * while it was worked on.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #observer: QueueObserver | undefined;
  /** The keys that wait, oldest first, each with the time at which it began to. */
  readonly #ready: Record<Priority, Map<string, number>> = { High: new Map(), Low: new Map() };
  readonly #running = new Map<string, Running>();
  readonly #again = new Map<string, Priority>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #idle: ((key: string | undefined) => void)[] = [];
  #stopped = false;

  constructor(clock: Clock = systemClock, observer?: QueueObserver) {
    this.#clock = clock;
    this.#observer = observer;
  }

  /** How many keys wait to be worked on now. */
  get length(): number {
    return this.#ready.High.size + this.#ready.Low.size;
  }

  /**
   * Now. What was scheduled for later is dropped: this run decides anew. Of all that ask for one run, the highest priority
   * counts.
   */
  add(key: string, asked: Priority = "High"): void {
    if (this.#stopped) return;
    const priority = higher(asked, this.#delayed.get(key)?.priority);
    this.#undelay(key);
    if (this.#running.has(key)) {
      this.#again.set(key, higher(priority, this.#again.get(key)));
      return;
    }
    if (this.#ready.High.has(key) || this.#ready[priority].has(key)) return;
    const since = this.#ready.Low.get(key);
    this.#ready.Low.delete(key);
    this.#ready[priority].set(key, since ?? this.#clock.now());
    if (since === undefined) this.#observer?.added();
    this.#serve();
    this.#observer?.depth(this.length);
  }

  /**
   * At a time of the queue's own clock, with Low priority; the earliest of several counts. A time that has passed means
   * now, with the priority of the run that asks.
   */
  addAt(key: string, at: number): void {
    const wait = at - this.#clock.now();
    if (wait > 0) this.#addAfter(key, wait, "Low");
    else this.add(key, this.#running.get(key)?.priority ?? "Low");
  }

  /** The next key; undefined when the queue is shut down. The caller must say `done`. */
  async get(): Promise<string | undefined> {
    if (this.#stopped) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#idle.push(resolve);
    this.#serve();
    this.#observer?.depth(this.length);
    return promise;
  }

  /** What the run of a key that is worked on was asked with. */
  priorityOf(key: string): Priority {
    return this.#running.get(key)?.priority ?? "Low";
  }

  /** The work on a key has ended. */
  done(key: string): void {
    const run = this.#running.get(key);
    if (run === undefined) return;
    this.#running.delete(key);
    this.#observer?.ended(this.#clock.now() - run.since);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.add(key, again);
  }

  /** Again after the key's own back-off, with the priority of the run that failed: 0.1 s doubling to 60 s, with jitter. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const wait = Math.min(retryMs.first * 2 ** failures, retryMs.longest) * (0.9 + 0.2 * this.#clock.random());
    this.#observer?.retried();
    this.#addAfter(key, wait, this.#running.get(key)?.priority ?? "Low");
  }

  /** What waits for a time has so much less to wait: the clock that the times are told by was set forward. */
  hasten(milliseconds: number): void {
    const now = this.#clock.now();
    const delayed = [...this.#delayed];
    for (const [key, { at, priority }] of delayed) {
      this.#undelay(key);
      this.#addAfter(key, Math.max(0, at - milliseconds - now), priority);
    }
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

  /** By the monotonic clock: setting the wall clock neither holds a key back nor lets it go early. */
  #addAfter(key: string, wait: number, asked: Priority): void {
    if (this.#stopped || this.#ready.High.has(key) || this.#ready.Low.has(key)) return;
    const at = this.#clock.now() + wait;
    const known = this.#delayed.get(key);
    const priority = higher(asked, known?.priority);
    if (known !== undefined && known.at <= at) {
      this.#delayed.set(key, { ...known, priority });
      return;
    }
    this.#undelay(key);
    const cancel = this.#clock.after(Math.min(wait, longestTimerMs), () => this.#due(key, at));
    this.#delayed.set(key, { at, priority, cancel });
  }

  #due(key: string, at: number): void {
    const priority = this.#delayed.get(key)?.priority ?? "Low";
    this.#delayed.delete(key);
    const left = at - this.#clock.now();
    // A timer of Node may be a millisecond early.
    if (left > 1) this.#addAfter(key, left, priority);
    else this.add(key, priority);
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #serve(): void {
    while (this.#idle.length > 0) {
      const priority = this.#ready.High.size > 0 ? "High" : "Low";
      const [next] = this.#ready[priority];
      if (next === undefined) return;
      const [key, since] = next;
      const now = this.#clock.now();
      this.#ready[priority].delete(key);
      this.#running.set(key, { priority, since: now });
      this.#observer?.taken(now - since);
      this.#idle.shift()?.(key);
    }
  }
}

function higher(a: Priority, b: Priority | undefined): Priority {
  return a === "High" || b === "High" ? "High" : "Low";
}
