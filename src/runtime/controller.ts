import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { isKubeError } from "../kube/index.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { Logger } from "./log.ts";
import { type Metrics, observeQueue } from "./metrics.ts";
import { type Priority, WorkQueue } from "./queue.ts";

/** One run for one key. Why it runs is not told: a reconciliation looks at what is, and must be repeatable. */
export interface Reconciliation {
  readonly key: string;
  readonly id: string;
  /** For others to be as urgent: what comes of the run must not depend on it. */
  readonly priority: Priority;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface ReconcileResult {
  /** When to run again without anything having changed. */
  readonly requeueAt?: Date | undefined;
}

export interface ControllerOptions {
  readonly name: string;
  /** How many keys are worked on at once. */
  readonly workers: number;
  readonly reconcile: (run: Reconciliation) => Promise<ReconcileResult | void>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock?: Clock;
  /** The wall clock, which `requeueAt` is a time of. */
  readonly now?: () => Date;
}

/** A run that has not ended yet. */
export interface UnderWay {
  readonly key: string;
  readonly seconds: number;
}

/** How often it is looked whether the wall clock was set, and from what on that counts. */
const wallClockMs = { every: 1_000, least: 1_000 };
/** After this a run is told of in the log; nothing that works takes so long. */
const slowMs = 120_000;

/** Works on keys, and decides in one place what becomes of one that failed. */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #clock: Clock;
  readonly #now: () => Date;
  /** Each run under way, by its id, with the time at which it began; the oldest first. */
  readonly #running = new Map<string, { readonly key: string; readonly since: number }>();

  constructor(options: ControllerOptions) {
    const { name, workers, metrics, clock = systemClock, now = () => new Date() } = options;
    this.name = name;
    this.#options = options;
    this.#clock = clock;
    this.#now = now;
    this.#queue = new WorkQueue(clock, observeQueue(metrics, name));
    metrics.maxWorkers.set({ controller: name }, workers);
  }

  enqueue(key: string, priority: Priority = "High"): void {
    this.#queue.add(key, priority);
  }

  /** Later, unless the key is enqueued before; the earliest of several times counts. */
  enqueueAt(key: string, at: Date): void {
    this.#queue.addAt(key, this.#clock.now() + at.getTime() - this.#now().getTime());
  }

  /** How many keys wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The runs that have not ended yet, the oldest first. */
  get underWay(): readonly UnderWay[] {
    const now = this.#clock.now();
    return [...this.#running.values()].map(({ key, since }) => ({ key, seconds: (now - since) / 1000 }));
  }

  /**
   * Works until `stop` is aborted, then finishes what is under way. `abort` ends what is under way, too: when the drain
   * takes too long, or the lease is lost. A controller runs once.
   */
  async run(stop: AbortSignal, abort: AbortSignal = new AbortController().signal): Promise<void> {
    const end = (): void => this.#queue.shutDown();
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    void this.#followWallClock(stop);
    try {
      await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(abort)));
    } finally {
      stop.removeEventListener("abort", end);
    }
  }

  /**
   * The queue waits by the monotonic clock, which stands still while a machine sleeps: what waits for a time of day would
   * come too late after that. One that comes too early waits once more.
   */
  async #followWallClock(stop: AbortSignal): Promise<void> {
    const ahead = (): number => this.#now().getTime() - this.#clock.now();
    for (let known = ahead(); !stop.aborted; await sleep(this.#clock, wallClockMs.every, stop)) {
      const set = ahead() - known;
      if (Math.abs(set) < wallClockMs.least) continue;
      known += set;
      if (set > 0) this.#queue.hasten(set);
    }
  }

  async #work(abort: AbortSignal): Promise<void> {
    for (let key = await this.#queue.get(); key !== undefined; key = await this.#queue.get()) {
      await this.#reconcile(key, abort);
      // Runs that wait for nothing, and ask for the next one at once, would let no timer fire and no answer come in.
      await setImmediate();
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { metrics, reconcile } = this.#options;
    const labels = { controller: this.name };
    const id = randomUUID();
    const log = this.#options.log.child({ controller: this.name, ...nameFields(key), reconcileID: id });
    const started = this.#clock.now();
    this.#running.set(id, { key, since: started });
    const cancel = this.#clock.after(slowMs, () => {
      log.warn({ seconds: slowMs / 1000 }, "a reconciliation has not ended yet");
    });
    metrics.activeWorkers.inc(labels);
    try {
      const requeueAt = (await reconcile({ key, id, priority: this.#queue.priorityOf(key), log, signal }))?.requeueAt;
      this.#queue.forget(key);
      if (requeueAt !== undefined) this.enqueueAt(key, requeueAt);
      metrics.reconciles.inc({ ...labels, result: requeueAt === undefined ? "success" : "requeue_after" });
    } catch (error) {
      if (!signal.aborted) this.#failed(key, error, log);
    } finally {
      cancel();
      this.#running.delete(id);
      metrics.activeWorkers.dec(labels);
      metrics.reconcileSeconds.observe(labels, (this.#clock.now() - started) / 1000);
      this.#queue.done(key);
    }
  }

  #failed(key: string, error: unknown, log: Logger): void {
    const { metrics } = this.#options;
    const controller = this.name;
    if (isKubeError(error, "Conflict")) {
      metrics.reconciles.inc({ controller, result: "requeue" });
      log.debug({ err: error }, "the object changed meanwhile; it is looked at again");
    } else {
      metrics.reconciles.inc({ controller, result: "error" });
      metrics.reconcileErrors.inc({ controller });
      log.error({ err: error }, "a reconciliation failed; it is tried again");
    }
    this.#queue.retry(key);
  }
}

/** `namespace/name#target` as fields of the log. */
function nameFields(key: string): Record<string, string> {
  const [object = "", target] = key.split("#");
  const [first = "", second] = object.split("/");
  const named = second === undefined ? { name: first } : { namespace: first, name: second };
  return target === undefined || target === "" ? named : { ...named, target };
}
