import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./errors.ts";
import { PackedList } from "./packed-list.ts";
import {
  type CacheEffect,
  initialState,
  type ReflectorEvent,
  type ReflectorState,
  type ReflectorTask,
  transition,
} from "./reflector-state.ts";
import type { KubeObject, Resource } from "./types.ts";

/** Time and chance, injected so that tests need neither. */
export interface ReflectorClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Resolves after the time, or rejects when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

export const SYSTEM_CLOCK: ReflectorClock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  random: Math.random,
};

export interface ReflectorOptions<T extends KubeObject> {
  client: Pick<KubeClient, "list" | "watch">;
  type: Resource<T>;
  namespace: string | undefined;
  labelSelector: string | undefined;
  fieldSelector: string | undefined;
  clock: ReflectorClock;
  onEffect: (effect: CacheEffect<T>) => void;
  onFailure: (during: "list" | "watch", error: KubeError) => void;
}

/** What a health check and metrics want to know of one reflector. */
export interface ReflectorHealth {
  /** Absent: all namespaces. */
  namespace: string | undefined;
  phase: ReflectorState<KubeObject>["phase"];
  /** Seconds since the server last told anything: a page, an event, a bookmark. */
  silentSeconds: number;
  /** True when the running step is far beyond its own time limit: it will not come back by itself. */
  dead: boolean;
  /** Failures in a row; 0 when all is well. */
  failures: number;
  lists: number;
  watches: number;
}

/** No step may take longer than it says it may plus this. */
const DEAD_AFTER = 60_000;
/** Time limit and retries of one page in the transport. */
const LONGEST_PAGE = 300_000;
/** `watch` ends a connection 30 s after its time. */
const WATCH_GRACE = 30_000;

/** Keeps a copy of one list of the API server, for ever: does what `transition` says. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  #state: ReflectorState<T> = initialState();
  #taskEnds: number;
  #heardAt: number;
  #lists = 0;
  #watches = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#taskEnds = Number.POSITIVE_INFINITY;
  }

  /** Runs until `signal` is aborted. Rejects only on a bug: failures of the server are `onFailure` and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    let task = this.#take({ type: "Started" });
    while (task !== undefined && !signal.aborted) task = await this.#step(task, signal);
    this.#taskEnds = Number.POSITIVE_INFINITY;
  }

  /**
   * One task and what comes of it, the next; undefined when `signal` is aborted. Its page ends with it, not with the watch that
   * follows.
   */
  async #step(task: ReflectorTask, signal: AbortSignal): Promise<ReflectorTask | undefined> {
    const event = await this.#perform(task, signal);
    if (event === undefined || signal.aborted) return undefined;
    const next = this.#take(event);
    if (next === undefined) throw new Error("reflector: nothing to do");
    return next;
  }

  health(): ReflectorHealth {
    const now = this.#options.clock.now();
    const { phase } = this.#state;
    const { failures } = this.#state.phase === "Waiting" ? this.#state.next : this.#state;
    return {
      namespace: this.#options.namespace,
      phase,
      silentSeconds: (now - this.#heardAt) / 1000,
      dead: now > this.#taskEnds + DEAD_AFTER,
      failures,
      lists: this.#lists,
      watches: this.#watches,
    };
  }

  #take(event: ReflectorEvent<T>): ReflectorTask | undefined {
    const { state, effect, task } = transition(this.#state, event, this.#options.clock.random());
    this.#state = state;
    if (event.type === "Listed" || event.type === "Checked" || event.type === "Changed")
      this.#heardAt = this.#options.clock.now();
    if (effect !== undefined) this.#options.onEffect(effect);
    return task;
  }

  #perform(task: ReflectorTask, signal: AbortSignal): Promise<ReflectorEvent<T> | undefined> {
    switch (task.do) {
      case "Wait":
        return this.#wait(task, signal);
      case "List":
        return this.#list(task, signal);
      case "Check":
        return this.#check(signal);
      case "Watch":
        return this.#watch(task, signal);
    }
  }

  async #wait(
    { milliseconds }: ReflectorTask & { do: "Wait" },
    signal: AbortSignal,
  ): Promise<ReflectorEvent<T> | undefined> {
    const { clock } = this.#options;
    this.#taskEnds = clock.now() + milliseconds;
    try {
      await clock.sleep(milliseconds, signal);
      return { type: "Waited" };
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #list(
    { limit, continue: token }: ReflectorTask & { do: "List" },
    signal: AbortSignal,
  ): Promise<ReflectorEvent<T> | undefined> {
    const { client, type, namespace, labelSelector, fieldSelector, clock } = this.#options;
    this.#taskEnds = clock.now() + LONGEST_PAGE;
    this.#lists += token === undefined ? 1 : 0;
    try {
      const options = { namespace, labelSelector, fieldSelector, limit, continue: token, signal };
      const page = await client.list(type, options);
      return { type: "Listed", page: { ...page, items: new PackedList(page.items) } };
    } catch (error) {
      return this.#failed("list", error, signal, (error) => ({ type: "ListFailed", error }));
    }
  }

  /** Any list says how far the server is; one object is the shortest. */
  async #check(signal: AbortSignal): Promise<ReflectorEvent<T> | undefined> {
    const { client, type, namespace, clock } = this.#options;
    this.#taskEnds = clock.now() + LONGEST_PAGE;
    try {
      const { resourceVersion } = await client.list(type, { namespace, limit: 1, signal });
      return { type: "Checked", resourceVersion };
    } catch (error) {
      return this.#failed("watch", error, signal, (error) => ({ type: "CheckFailed", error }));
    }
  }

  async #watch(
    { resourceVersion, timeoutSeconds }: ReflectorTask & { do: "Watch" },
    signal: AbortSignal,
  ): Promise<ReflectorEvent<T> | undefined> {
    const { client, type, namespace, labelSelector, fieldSelector, clock } = this.#options;
    const started = clock.now();
    this.#taskEnds = started + timeoutSeconds * 1000 + WATCH_GRACE;
    this.#watches += 1;
    const seconds = (): number => (clock.now() - started) / 1000;
    const options = { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, signal };
    try {
      for await (const change of client.watch(type, options)) {
        if (signal.aborted) return undefined;
        this.#take({ type: "Changed", change });
      }
      return signal.aborted ? undefined : { type: "WatchEnded", seconds: seconds() };
    } catch (error) {
      return this.#failed("watch", error, signal, (error) => ({ type: "WatchFailed", error, seconds: seconds() }));
    }
  }

  #failed(
    during: "list" | "watch",
    error: unknown,
    signal: AbortSignal,
    eventOf: (error: KubeError) => ReflectorEvent<T>,
  ): ReflectorEvent<T> | undefined {
    if (signal.aborted) return undefined;
    if (!(error instanceof KubeError)) throw error;
    this.#options.onFailure(during, error);
    return eventOf(error);
  }
}
