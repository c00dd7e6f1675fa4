import { randomUUID } from "node:crypto";
import { isKubeError } from "../kube/index.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { type Priority, type QueueClock, systemClock, WorkQueue } from "./queue.ts";

/** One run for one key. Why it runs is not told: a reconciliation looks at what is, and must be repeatable. */
export interface Reconciliation {
  readonly key: string;
  readonly id: string;
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
  readonly reconcile: (run: Reconciliation) => Promise<ReconcileResult>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock?: QueueClock;
}

/** Works on keys, and decides in one place what becomes of one that failed. */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #clock: QueueClock;
  /** When each reconciliation under way began. */
  readonly #running = new Map<string, number>();

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#queue = new WorkQueue(this.#clock);
    options.metrics.maxWorkers.set({ controller: options.name }, options.workers);
  }

  enqueue(key: string, priority: Priority = "High"): void {
    this.#options.metrics.queueAdds.inc({ name: this.name });
    this.#queue.add(key, priority);
    this.#depth();
  }

  /** How many keys wait, and how many are under way. */
  get load(): { waiting: number; running: number } {
    return { waiting: this.#queue.length, running: this.#running.size };
  }

  /** Seconds that the longest reconciliation under way has taken. */
  get longestRunSeconds(): number {
    const [oldest] = this.#running.values();
    return oldest === undefined ? 0 : (this.#clock.now() - oldest) / 1000;
  }

  /**
   * Works until `stop` is aborted, then finishes what is under way. `abort` ends what is under way, too: when the drain takes
   * too long, or the lease is lost.
   */
  async run(stop: AbortSignal, abort: AbortSignal): Promise<void> {
    const end = (): void => this.#queue.shutDown();
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    try {
      await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(stop, abort)));
    } finally {
      stop.removeEventListener("abort", end);
    }
  }

  async #work(stop: AbortSignal, abort: AbortSignal): Promise<void> {
    for (;;) {
      const key = await this.#queue.get(stop);
      if (key === undefined) return;
      this.#depth();
      await this.#reconcile(key, abort);
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { metrics, reconcile } = this.#options;
    const labels = { controller: this.name };
    const id = randomUUID();
    const log = this.#options.log.child({ controller: this.name, ...nameFields(key), reconcileID: id });
    const started = this.#clock.now();
    this.#running.set(id, started);
    metrics.activeWorkers.inc(labels);
    try {
      const { requeueAt } = await reconcile({ key, id, log, signal });
      this.#queue.forget(key);
      if (requeueAt !== undefined) this.#queue.addAt(key, requeueAt);
      metrics.reconciles.inc({ ...labels, result: requeueAt === undefined ? "success" : "requeue_after" });
    } catch (error) {
      if (!signal.aborted) this.#failed(key, error, log);
    } finally {
      this.#running.delete(id);
      metrics.activeWorkers.dec(labels);
      metrics.reconcileSeconds.observe(labels, (this.#clock.now() - started) / 1000);
      this.#queue.done(key);
      this.#depth();
    }
  }

  #failed(key: string, error: unknown, log: Logger): void {
    const { metrics } = this.#options;
    metrics.reconciles.inc({ controller: this.name, result: "error" });
    metrics.queueRetries.inc({ name: this.name });
    if (isKubeError(error, "Conflict")) {
      log.debug({ err: error }, "the object changed meanwhile; it is looked at again");
    } else {
      metrics.reconcileErrors.inc({ controller: this.name });
      log.error({ err: error }, "a reconciliation failed; it is tried again");
    }
    this.#queue.retry(key);
  }

  #depth(): void {
    this.#options.metrics.queueDepth.set({ name: this.name }, this.#queue.length);
  }
}

/** `namespace/name#target` as fields of the log. */
function nameFields(key: string): Record<string, string> {
  const [object = "", target] = key.split("#");
  const [first = "", second] = object.split("/");
  const named = second === undefined ? { name: first } : { namespace: first, name: second };
  return target === undefined || target === "" ? named : { ...named, target };
}
