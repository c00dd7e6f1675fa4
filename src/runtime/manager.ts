import type { Informer, KubeObject } from "../kube/index.ts";
import { aborted } from "./aborted.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { Controller } from "./controller.ts";
import type { LeaderElector } from "./leader-elector.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Probes } from "./probes.ts";
import { deadWatches, measureUnderWay, stuckWorkers } from "./watchdogs.ts";

export interface ManagerOptions {
  readonly probes: Probes;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Absent: this process leads from the start. */
  readonly elector?: Pick<LeaderElector, "run" | "check"> | undefined;
  /** How long what is under way may go on after a stop, in milliseconds. */
  readonly drainMs: number;
  readonly clock?: Clock;
}

/** The part of an informer that the manager runs. */
type RunInformer = Pick<Informer<KubeObject>, "run" | "whenSynced" | "hasSynced" | "health"> & {
  readonly type: { readonly plural: string };
};

/** The part of a controller that the manager runs. */
type RunController = Pick<Controller, "name" | "run" | "underWay">;

/** How long what was aborted may take to end. */
const abortedMs = 2_000;

/**
 * Starts in order: caches, then (when leading) controllers. Stops in order: no new work, what is under way ends, the lease is
 * given back, the caches end. A standby keeps its caches warm. When the lease is lost, nothing is waited for.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #informers: RunInformer[] = [];
  readonly #controllers: RunController[] = [];
  readonly #clock: Clock;
  #filled = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { probes, metrics, elector } = options;
    probes.addReady("caches", () => this.#unsynced());
    probes.addLive("watches", () => deadWatches(this.#informers));
    probes.addLive("workers", () => stuckWorkers(this.#controllers, this.#informers));
    if (elector !== undefined) probes.addLive("leader-election", () => elector.check());
    measureUnderWay(metrics, this.#controllers, this.#informers);
  }

  addInformer(informer: RunInformer): void {
    this.#informers.push(informer);
  }

  addController(controller: RunController): void {
    this.#controllers.push(controller);
  }

  /**
   * Runs until `signal` is aborted and all has ended. Rejects with `LeadershipLost`, or on a bug: what fails stops the rest
   * in order first, and what does not end is left behind and named.
   */
  async run(signal: AbortSignal): Promise<void> {
    const caches = new AbortController();
    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    const guard = (work: Promise<void>): Promise<void> => work.catch((error: unknown) => failed.abort(error));
    const watching = Promise.all(this.#informers.map((informer) => guard(informer.run(caches.signal))));
    try {
      if (await this.#synced(stop)) {
        this.#filled = true;
        this.#options.log.info("the caches are filled");
        await this.#lead(stop, guard);
      }
    } finally {
      caches.abort();
      await watching;
    }
    failed.signal.throwIfAborted();
  }

  async #synced(stop: AbortSignal): Promise<boolean> {
    try {
      await Promise.all(this.#informers.map((informer) => informer.whenSynced(stop)));
    } catch (error) {
      if (!stop.aborted) throw error;
    }
    return !stop.aborted;
  }

  async #lead(stop: AbortSignal, guard: (work: Promise<void>) => Promise<void>): Promise<void> {
    const { elector } = this.#options;
    if (elector === undefined) return this.#work(stop, new AbortController().signal, guard);
    await elector.run(stop, (lost) => this.#work(AbortSignal.any([stop, lost]), lost, guard));
  }

  async #work(stop: AbortSignal, lost: AbortSignal, guard: (work: Promise<void>) => Promise<void>): Promise<void> {
    const late = new AbortController();
    const abort = AbortSignal.any([late.signal, lost]);
    const working = this.#controllers.map((controller) => guard(controller.run(stop, abort)));
    await aborted(stop);
    const ended = new AbortController();
    const drained = Promise.all(working).finally(() => ended.abort());
    if (!lost.aborted) await Promise.race([drained, sleep(this.#clock, this.#options.drainMs, ended.signal)]);
    if (ended.signal.aborted) return;
    if (!lost.aborted) {
      this.#options.log.warn({ underWay: this.#underWay() }, "the drain takes too long: what is under way is aborted");
    }
    late.abort(new Error("the drain took too long"));
    await Promise.race([drained, sleep(this.#clock, abortedMs, ended.signal)]);
    if (ended.signal.aborted) return;
    throw new Error(`reconciliations did not end when they were aborted: ${this.#underWay().join(", ")}`);
  }

  #underWay(): string[] {
    return this.#controllers.flatMap(({ name, underWay }) => underWay.map(({ key }) => `${name} (${key})`));
  }

  #unsynced(): string | undefined {
    if (this.#filled) return undefined;
    const waiting = this.#informers.filter((informer) => !informer.hasSynced).map(({ type }) => type.plural);
    return waiting.length === 0 ? "not begun yet" : `not listed yet: ${waiting.join(", ")}`;
  }
}
