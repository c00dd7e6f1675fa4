import { randomUUID } from "node:crypto";
import { Event, isKubeError, type KubeClient, type ObjectReference } from "../kube/index.ts";
import { microTime } from "./lease-state.ts";
import type { Logger } from "./log.ts";

/** What an event is about. */
export type Regarding = Required<Pick<ObjectReference, "apiVersion" | "kind" | "namespace" | "name" | "uid">>;

/** What is told. `reason` and `action` are stable words in CamelCase. */
export interface Told {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

interface Series {
  name: string;
  count: number;
  last: number;
}

interface Pending {
  readonly regarding: Regarding;
  readonly told: Told;
  readonly at: Date;
}

/** The same told again within this is one event with a series, as in Kubernetes. */
const seriesMs = 360_000;
const mostPending = 1_000;
const mostSeries = 4_096;

/** Tells events of `events.k8s.io/v1` in the order in which they happen. A failure is logged, and nobody waits for it. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #controller: string;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #series = new Map<string, Series>();
  readonly #pending: Pending[] = [];
  #sending: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: { client: KubeClient; controller: string; instance: string; log: Logger }) {
    this.#client = options.client;
    this.#controller = options.controller;
    this.#instance = options.instance.slice(0, 128);
    this.#log = options.log;
  }

  record(regarding: Regarding, told: Told): void {
    if (this.#pending.length >= mostPending) {
      this.#pending.shift();
      this.#dropped += 1;
    }
    this.#pending.push({ regarding, told, at: new Date() });
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when all that was recorded has been tried. */
  async flush(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  async #send(): Promise<void> {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      try {
        await this.#tell(next);
      } catch (error) {
        this.#log.warn({ err: error, reason: next.told.reason }, "an event could not be told");
      }
    }
    if (this.#dropped > 0) this.#log.warn({ events: this.#dropped }, "events were dropped: too many at once");
    this.#dropped = 0;
  }

  async #tell({ regarding, told, at }: Pending): Promise<void> {
    const key = JSON.stringify([regarding.uid, told.type, told.reason, told.action, told.note]);
    const series = this.#series.get(key);
    if (series !== undefined && at.getTime() - series.last < seriesMs) {
      series.last = at.getTime();
      series.count += 1;
      if (await this.#extend(regarding.namespace, series, at)) return;
    }
    const name = `${regarding.name.slice(0, 200)}.${randomUUID().slice(0, 13)}`;
    this.#remember(key, { name, count: 1, last: at.getTime() });
    const { namespace } = regarding;
    const event = {
      metadata: { name, namespace },
      eventTime: microTime(at),
      type: told.type,
      reason: told.reason.slice(0, 128),
      action: told.action,
      note: cut(told.note, 1024),
      regarding,
      reportingController: this.#controller,
      reportingInstance: this.#instance,
    };
    await this.#client.create(Event, event, { namespace, signal: AbortSignal.timeout(10_000) });
  }

  /** False when the event is gone: it is told anew. */
  async #extend(namespace: string, { name, count }: Series, at: Date): Promise<boolean> {
    const value = { count, lastObservedTime: microTime(at) };
    try {
      const signal = AbortSignal.timeout(10_000);
      await this.#client.jsonPatch(Event, { namespace, name }, [{ op: "add", path: "/series", value }], { signal });
      return true;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return false;
      throw error;
    }
  }

  #remember(key: string, series: Series): void {
    this.#series.set(key, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > mostSeries && oldest !== undefined) this.#series.delete(oldest);
  }
}

/** At most so many bytes of UTF-8, whole characters. */
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.byteLength <= bytes) return text;
  return new TextDecoder("utf-8", { fatal: false }).decode(encoded.subarray(0, bytes - 3)).replace(/\uFFFD+$/, "");
}
