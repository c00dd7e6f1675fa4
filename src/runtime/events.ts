import { randomUUID } from "node:crypto";
import { Event, isKubeError, type KubeClient, type ObjectReference } from "../kube/index.ts";
import { aborted } from "./aborted.ts";
import { microTime } from "./lease-state.ts";
import type { Logger } from "./log.ts";

/** What an event is about. Without a namespace it is cluster-scoped, and its events are kept in `default`. */
export type Regarding = Required<Pick<ObjectReference, "apiVersion" | "kind" | "name" | "uid">> &
  Pick<ObjectReference, "namespace">;

/** What is told. `reason` and `action` are stable words in CamelCase. */
export interface Told {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, "create" | "jsonPatch">;
  /** `reportingController`: a qualified name. */
  readonly controller: string;
  /** `reportingInstance`: this process. */
  readonly instance: string;
  readonly log: Logger;
  readonly now?: () => Date;
}

interface Series {
  readonly name: string;
  readonly count: number;
  readonly last: number;
}

interface Pending {
  readonly regarding: Regarding;
  readonly told: Told;
  readonly at: Date;
}

/** The same told again within this is one event with a series, as in Kubernetes. */
const seriesMs = 360_000;
/** One at a time falls behind many deliveries at once; more would take connections from them. */
const mostAtOnce = 4;
const mostPending = 1_000;
const mostSeries = 4_096;
const requestMs = 10_000;
const flushMs = 5_000;

/** Tells events of `events.k8s.io/v1`, those of one object in their order. A failure is logged, and nobody waits for it. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #now: () => Date;
  /** The last event of each thing told, that which was told longest ago first. */
  readonly #series = new Map<string, Series>();
  readonly #pending: Pending[] = [];
  /** Uids of the objects whose events are under way. */
  readonly #telling = new Set<string>();
  readonly #sending = new Set<Promise<void>>();
  #senders = 0;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? ((): Date => new Date());
  }

  /** Never throws. When too many wait, the oldest of them is dropped, and the log counts it. */
  record(regarding: Regarding, told: Told): void {
    if (this.#pending.length >= mostPending) {
      this.#pending.shift();
      this.#dropped += 1;
    }
    this.#pending.push({ regarding, told, at: this.#now() });
    if (this.#senders >= mostAtOnce || this.#telling.has(regarding.uid)) return;
    const sending = this.#send().finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Resolves when all that was recorded has been tried, or when `signal` is aborted. */
  async flush(signal: AbortSignal = AbortSignal.timeout(flushMs)): Promise<void> {
    const givenUp = aborted(signal);
    while (this.#sending.size > 0 && !signal.aborted) await Promise.race([...this.#sending, givenUp]);
  }

  async #send(): Promise<void> {
    const { log } = this.#options;
    this.#senders += 1;
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      const { uid } = next.regarding;
      this.#telling.add(uid);
      try {
        await this.#tell(next);
      } catch (error) {
        log.warn({ err: error, reason: next.told.reason }, "an event could not be told");
      } finally {
        this.#telling.delete(uid);
      }
    }
    if (this.#dropped > 0) log.warn({ events: this.#dropped }, "events were dropped: too many at once");
    this.#dropped = 0;
    // Here, not when the promise settles: what is recorded in between must start anew.
    this.#senders -= 1;
  }

  /** The oldest that waits, of an object none of whose events is under way. */
  #take(): Pending | undefined {
    const index = this.#pending.findIndex(({ regarding }) => !this.#telling.has(regarding.uid));
    return index === -1 ? undefined : this.#pending.splice(index, 1)[0];
  }

  async #tell({ regarding, told, at }: Pending): Promise<void> {
    const key = JSON.stringify([regarding.uid, told.type, told.reason, told.action, told.note]);
    const series = this.#series.get(key);
    if (series !== undefined && at.getTime() - series.last < seriesMs) {
      const longer = { ...series, count: series.count + 1, last: at.getTime() };
      this.#remember(key, longer);
      if (await this.#extend(regarding, longer, at)) return;
    }
    const { name } = await this.#create(regarding, told, at);
    this.#remember(key, { name, count: 1, last: at.getTime() });
  }

  async #create(regarding: Regarding, told: Told, at: Date): Promise<{ name: string }> {
    const { client, controller, instance } = this.#options;
    const namespace = namespaceOf(regarding);
    const name = eventName(regarding.name);
    const event = {
      metadata: { name, namespace },
      eventTime: microTime(at),
      type: told.type,
      reason: told.reason.slice(0, 128),
      action: told.action.slice(0, 128),
      note: cut(told.note, 1024),
      regarding,
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
    };
    await client.create(Event, event, { namespace, signal: AbortSignal.timeout(requestMs) });
    return { name };
  }

  /** False when the event is gone: it is told anew. */
  async #extend(regarding: Regarding, { name, count }: Series, at: Date): Promise<boolean> {
    const namespace = namespaceOf(regarding);
    const value = { count, lastObservedTime: microTime(at) };
    try {
      const signal = AbortSignal.timeout(requestMs);
      const operations = [{ op: "add", path: "/series", value }] as const;
      await this.#options.client.jsonPatch(Event, { namespace, name }, operations, { signal });
      return true;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return false;
      throw error;
    }
  }

  #remember(key: string, series: Series): void {
    this.#series.delete(key);
    this.#series.set(key, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > mostSeries && oldest !== undefined) this.#series.delete(oldest);
  }
}

function namespaceOf({ namespace = "default" }: Regarding): string {
  return namespace;
}

/** A name of its own, which begins as the object's and is a DNS subdomain. */
function eventName(object: string): string {
  return `${object.slice(0, 200).replace(/[-.]+$/, "")}.${randomUUID().slice(0, 13)}`;
}

/** At most so many bytes of UTF-8, whole characters. */
function cut(text: string, bytes: number): string {
  // As of a stream, so that a character whose end is cut off is held back rather than replaced.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}
