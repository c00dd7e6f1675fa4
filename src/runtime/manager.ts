import type { Informer, KubeObject } from "../kube/index.ts";
import type { Controller } from "./controller.ts";
import type { LeaderElector } from "./leader-elector.ts";
import type { Logger } from "./log.ts";
import type { Probes } from "./probes.ts";

export interface ManagerOptions {
  readonly probes: Probes;
  readonly log: Logger;
  /** Absent: this process leads from the start. */
  readonly elector?: LeaderElector | undefined;
  /** How long what is under way may go on after a stop, in milliseconds. */
  readonly drainMs: number;
}

/** The part of an informer that the manager runs. */
type Runnable = Pick<Informer<KubeObject>, "run" | "whenSynced" | "hasSynced" | "health"> & {
  readonly type: { readonly plural: string };
};

/** A reconciliation that takes longer than this hangs: no store has so long a timeout. */
const stuckSeconds = 900;

/**
 * Starts in order: caches, then (when leading) controllers. Stops in order: no new work, what is under way ends, the lease is
 * given back, the caches end. A standby keeps its caches warm.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #informers: Runnable[] = [];
  readonly #controllers: Controller[] = [];
  readonly #drainMs: number;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#drainMs = options.drainMs;
    const { probes } = options;
    probes.addReady("caches", () => this.#unsynced());
    probes.addLive("watches", () => this.#deadWatch());
    probes.addLive("workers", () => this.#stuckWorker());
  }

  addInformer<T extends KubeObject>(informer: Informer<T>): void {
    this.#informers.push(informer);
  }

  addController(controller: Controller): void {
    this.#controllers.push(controller);
  }

  /** Runs until `signal` is aborted and all has ended. Rejects with `LeadershipLost`, or on a bug. */
  async run(signal: AbortSignal): Promise<void> {
    const caches = new AbortController();
    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    const watching = Promise.all(this.#informers.map((informer) => informer.run(caches.signal))).catch(
      (error: unknown) => failed.abort(error),
    );
    try {
      await this.#synced(stop);
      if (!stop.aborted) {
        this.#options.log.info("the caches are filled");
        await this.#lead(stop);
      }
    } finally {
      caches.abort();
      await watching;
    }
    failed.signal.throwIfAborted();
  }

  async #synced(stop: AbortSignal): Promise<void> {
    try {
      await Promise.all(this.#informers.map((informer) => informer.whenSynced(stop)));
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }

  async #lead(stop: AbortSignal): Promise<void> {
    const { elector } = this.#options;
    if (elector === undefined) return this.#work(stop, new AbortController().signal);
    await elector.run(stop, (lost) => this.#work(AbortSignal.any([stop, lost]), lost));
  }

  async #work(stop: AbortSignal, lost: AbortSignal): Promise<void> {
    const late = new AbortController();
    const abort = AbortSignal.any([late.signal, lost]);
    let timer: NodeJS.Timeout | undefined;
    const drain = (): void => {
      timer = setTimeout(() => late.abort(new Error("the drain took too long")), this.#drainMs);
    };
    stop.addEventListener("abort", drain, { once: true });
    if (stop.aborted) drain();
    try {
      await Promise.all(this.#controllers.map((controller) => controller.run(stop, abort)));
    } finally {
      stop.removeEventListener("abort", drain);
      clearTimeout(timer);
    }
  }

  #unsynced(): string | undefined {
    const waiting = this.#informers.filter((informer) => !informer.hasSynced).map(({ type }) => type.plural);
    return waiting.length === 0 ? undefined : `not listed yet: ${waiting.join(", ")}`;
  }

  #deadWatch(): string | undefined {
    const dead = this.#informers.filter((informer) => informer.health().some((health) => health.dead));
    return dead.length === 0 ? undefined : `dead: ${dead.map(({ type }) => type.plural).join(", ")}`;
  }

  #stuckWorker(): string | undefined {
    const stuck = this.#controllers.filter(({ longestRunSeconds }) => longestRunSeconds > stuckSeconds);
    return stuck.length === 0 ? undefined : `stuck: ${stuck.map(({ name }) => name).join(", ")}`;
  }
}
