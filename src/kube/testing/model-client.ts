import { isDeepStrictEqual } from "node:util";
import type { CacheEvent } from "../cache.ts";
import type { WatchEvent } from "../client.ts";
import { KubeError } from "../errors.ts";
import {
  type CacheEffect,
  initialState,
  type ReflectorEvent,
  type ReflectorState,
  type ReflectorTask,
  transition,
} from "../reflector-state.ts";
import { Store } from "../store.ts";
import type { KubeObject } from "../types.ts";
import { isNewer } from "../versions.ts";
import type { ModelServer } from "./model-server.ts";

/** A reflector and its cache against a `ModelServer`, one step at a time and without time. */
export class ModelClient {
  /** What a handler knows that believes every event. */
  readonly told = new Map<string, KubeObject>();
  readonly store = new Store<KubeObject>({});
  readonly #server: ModelServer;
  #state: ReflectorState<KubeObject> = initialState();
  #task: ReflectorTask = { do: "Wait", milliseconds: 0 };
  /** What the running watch has told. */
  #heard: WatchEvent<KubeObject>[] = [];
  readonly #answers: KubeObject[] = [];
  /** What the cache took from answers. */
  readonly #own = new Map<string, KubeObject>();
  /** The version of what was heard last. */
  #version = 0;
  /** The same, of what the cache has taken. */
  #learnt = Number.POSITIVE_INFINITY;

  constructor(server: ModelServer) {
    this.#server = server;
    this.#take({ type: "Started" });
  }

  get task(): ReflectorTask["do"] {
    return this.#task.do;
  }

  /** Waits, reads a page, or hears one event. False when the watch has nothing to tell. */
  step(): boolean {
    switch (this.#task.do) {
      case "Wait":
        this.#take({ type: "Waited" });
        return true;
      case "List":
        this.#list(this.#task.continue);
        return true;
      case "Check":
        this.#take({ type: "Checked", resourceVersion: this.#server.list(undefined).resourceVersion });
        return true;
      case "Watch":
        return this.#hear(this.#task.resourceVersion);
    }
  }

  /** The request under way fails. */
  fail(error: KubeError): void {
    if (this.task === "List") this.#take({ type: "ListFailed", error });
    if (this.task === "Check") this.#take({ type: "CheckFailed", error });
    if (this.task === "Watch") this.#take({ type: "WatchFailed", error, seconds: 1 });
  }

  /** The server ends the watch in good order. */
  end(seconds: number): void {
    if (this.task === "Watch") this.#take({ type: "WatchEnded", seconds });
  }

  /** The server has nothing more to tell, and says how far that is. False where it does not get to that. */
  bookmark(): boolean {
    while (this.task === "Watch" && this.step());
    if (this.task !== "Watch" || this.#version > this.#server.revision) return false;
    this.#tellWatch({ type: "BOOKMARK", resourceVersion: String(this.#server.revision) });
    return true;
  }

  /** What the watch told so many events ago comes again. */
  repeat(ago: number): void {
    const change = this.#heard.at(-ago);
    if (change !== undefined) this.#take({ type: "Changed", change });
  }

  /** etcd is restored from a backup, so many revisions older than what the cache has learnt. No connection outlives it. */
  restore(age: number): void {
    if (this.#version === 0) return;
    const heard = Math.min(this.#learnt, this.#version);
    this.#server.restore(Math.min(this.#server.revision, heard) - age, heard);
    this.fail(new KubeError("ConnectionFailed", "the API server is stopped"));
    this.#answers.length = 0;
    this.#own.clear();
  }

  /** Writes. The answer is on its way then. */
  write(name: string): void {
    const object = this.#server.write(name);
    if (object !== undefined) this.#answers.push(object);
  }

  /** The answers to all writes so far arrive. */
  hearAnswers(): void {
    for (const object of this.#answers.splice(0)) {
      this.#tell([this.store.applyAnswer(undefined, object, true)]);
      const { name, resourceVersion } = object.metadata;
      if (this.store.get(name)?.metadata.resourceVersion === resourceVersion) this.#own.set(name, object);
    }
  }

  /** Names of objects of which the cache had our own write, and has something older or nothing now. */
  forgotten(): string[] {
    return [...this.#own].flatMap(([name, { metadata }]) => {
      const held = this.store.get(name);
      const isLost = held === undefined && this.#server.objects.get(name)?.metadata.uid === metadata.uid;
      return isLost || isNewer(metadata.resourceVersion, held?.metadata.resourceVersion) === true ? [name] : [];
    });
  }

  #list(token: string | undefined): void {
    const page = attempt(() => this.#server.list(token));
    if (page instanceof KubeError) return this.#take({ type: "ListFailed", error: page });
    this.#version = Number(page.resourceVersion);
    this.#take({ type: "Listed", page });
  }

  #hear(start: string): boolean {
    const change = attempt(() => this.#server.next(versionOf(this.#heard.at(-1)) ?? start));
    if (change === undefined) return false;
    if (change instanceof KubeError) this.fail(change);
    else this.#tellWatch(change);
    return true;
  }

  #tellWatch(change: WatchEvent<KubeObject>): void {
    this.#heard.push(change);
    this.#version = Number(versionOf(change));
    this.#take({ type: "Changed", change });
  }

  #take(event: ReflectorEvent<KubeObject>): void {
    const { state, effect, task } = transition(this.#state, event, 0);
    this.#state = state;
    if (effect !== undefined) {
      this.#learn(effect);
      this.#learnt = this.#version;
    }
    if (task === undefined) return;
    this.#task = task;
    this.#heard = [];
  }

  /** As `Informer` does. */
  #learn(effect: CacheEffect<KubeObject>): void {
    switch (effect.do) {
      case "Replace":
        if (effect.wentBack) this.#own.clear();
        return this.#tell(this.store.replace(undefined, effect.items, effect.resourceVersion, effect.wentBack));
      case "Put":
        return this.#tell([this.store.put(undefined, effect.object)]);
      case "Remove":
        return this.#tell([this.store.remove(undefined, effect.object)]);
      case "Advance":
        return this.store.advance(undefined, effect.resourceVersion);
    }
  }

  /** A handler's view. Throws where an event does not fit to what was told before. */
  #tell(events: readonly (CacheEvent<KubeObject> | undefined)[]): void {
    for (const event of events) {
      if (event === undefined) continue;
      const { key, old, new: now } = event;
      if (!isDeepStrictEqual(this.told.get(key), old)) throw new Error(`${key} was told from another state`);
      if (old === undefined && now === undefined) throw new Error(`nothing was told of ${key}`);
      if (now === undefined) this.told.delete(key);
      else this.told.set(key, now);
    }
  }
}

function versionOf(event: WatchEvent<KubeObject> | undefined): string | undefined {
  return event?.type === "BOOKMARK" ? event.resourceVersion : event?.object.metadata.resourceVersion;
}

function attempt<T>(ask: () => T): T | KubeError {
  try {
    return ask();
  } catch (error) {
    if (error instanceof KubeError) return error;
    throw error;
  }
}
