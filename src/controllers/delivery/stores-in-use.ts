import type { PreviousPlace } from "../../crds/index.ts";
import type { Informer, KubeClient, KubeObject, Resource } from "../../kube/index.ts";
import { storeKey, type StoreObject } from "../../resolve/index.ts";
import {
  addFinalizer,
  Controller,
  type EventRecorder,
  type Logger,
  type Metrics,
  removeFinalizer,
} from "../../runtime/index.ts";
import { WaitingError } from "../../stores/errors.ts";
import { placesToRemove } from "./end.ts";
import { isRetained } from "./leaving.ts";
import type { Subject } from "./subject.ts";

/** On a store: something that was written through it is to be removed through it. */
const inUse = "certferry.io/in-use";

type Found = StoreObject & KubeObject;

/** One kind of stores. */
interface Stores {
  readonly resource: Resource<Found>;
  readonly cache: Pick<Informer<Found>, "get" | "applyAnswer" | "onChange">;
}

interface FoundStore extends Stores {
  readonly store: Found;
}

export interface StoresInUseOptions {
  readonly client: KubeClient;
  readonly stores: readonly Stores[];
  /** Who needs the store with this key (`storeKey`) for a removal, as far as the caches know. */
  readonly users: (store: string) => readonly string[];
  readonly events: Pick<EventRecorder, "record">;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Keeps stores for as long as something is to be removed through them, so that one that is deleted before, or together with,
 * its users goes after them. A finalizer cannot be added to what is going already, so it is there before the first write. One
 * store's finalizer is never set and taken away at the same time: who finds it there may rely on it.
 */
export class StoresInUse {
  /** Looks at each store that may not be needed any more. */
  readonly controller: Controller;
  readonly #options: StoresInUseOptions;
  readonly #releasing = new Map<string, Promise<void>>();

  constructor(options: StoresInUseOptions) {
    const { stores, metrics, log } = options;
    this.#options = options;
    this.controller = new Controller({
      name: "storesinuse",
      workers: 1,
      metrics,
      log,
      reconcile: ({ key, signal }) => this.#release(key, signal),
    });
    for (const { cache } of stores) {
      cache.onChange(({ key, old, new: store, initial }) => {
        const before = old?.metadata.deletionTimestamp;
        if (initial || store?.metadata.deletionTimestamp !== before) this.controller.enqueue(key, "Low");
      });
    }
  }

  /** Whether all of these that can bear the finalizer do. */
  held(keys: readonly string[]): boolean {
    return keys.every((key) => !this.#releasing.has(key) && !lacks(this.#find(key)?.store));
  }

  /** Sets the finalizer where it is missing. */
  async hold(keys: readonly string[], signal: AbortSignal): Promise<void> {
    for (const key of keys) {
      await this.#releasing.get(key);
      const found = this.#find(key);
      if (found === undefined || !lacks(found.store)) continue;
      const { store, resource, cache } = found;
      cache.applyAnswer(await addFinalizer(this.#options.client, resource, store, inUse, signal));
    }
  }

  /** Throws `StoreGoing` of a store that is going and does not wait: what is written there could never be removed. */
  check(key: string): void {
    const metadata = this.#find(key)?.store.metadata;
    if (metadata?.deletionTimestamp === undefined || (metadata.finalizers ?? []).includes(inUse)) return;
    const message = `The store ${metadata.name} is being deleted, and deletionPolicy is Delete: choose another store, or set deletionPolicy: Retain.`;
    throw new WaitingError("StoreGoing", message);
  }

  /** Tells which stores an object needed and needs now: the others are looked at. */
  changed(before: readonly string[], now: readonly string[]): void {
    for (const key of before) if (!now.includes(key)) this.controller.enqueue(key);
  }

  async #release(key: string, signal: AbortSignal): Promise<void> {
    const found = this.#find(key);
    if (found === undefined) return;
    const users = this.#options.users(key);
    if (users.length > 0) return this.#tell(found, users);
    const releasing = this.#remove(found, signal);
    this.#releasing.set(
      key,
      releasing.catch(() => {}),
    );
    await releasing.finally(() => this.#releasing.delete(key));
  }

  #tell({ store, resource }: FoundStore, users: readonly string[]): void {
    const { namespace, name, uid, deletionTimestamp } = store.metadata;
    if (deletionTimestamp === undefined) return;
    const named = users.length > 5 ? [...users.slice(0, 5), `${users.length - 5} more`] : users;
    const note = `It goes when nothing is to be removed through it any more. It waits for ${named.join(", ")}.`;
    const { group, version, kind } = resource;
    const regarding = { apiVersion: `${group}/${version}`, kind, name, uid, ...(namespace && { namespace }) };
    this.#options.events.record(regarding, { type: "Normal", reason: "StoreInUse", action: "Delete", note });
  }

  async #remove({ store, resource, cache }: FoundStore, signal: AbortSignal): Promise<void> {
    const answer = await removeFinalizer(this.#options.client, resource, store, inUse, signal);
    if (answer !== undefined) cache.applyAnswer(answer);
  }

  #find(key: string): FoundStore | undefined {
    for (const one of this.#options.stores) {
      const store = one.cache.get(key);
      if (store !== undefined) return { ...one, store };
    }
    return undefined;
  }
}

/** Whether the finalizer is missing and can still be set. */
function lacks(store: Found | undefined): boolean {
  if (store === undefined || store.metadata.deletionTimestamp !== undefined) return false;
  return !(store.metadata.finalizers ?? []).includes(inUse);
}

/** The stores through which something of a subject is to be removed, now or when it goes, by key. */
export function storesNeeded(subject: Subject, previous: readonly PreviousPlace[]): string[] {
  const { namespace, targets } = subject;
  const wanted = targets.filter(({ policies }) => policies.deletionPolicy === "Delete");
  const written = placesToRemove(subject, previous).flatMap((entry) => {
    const target = targets.find(({ name }) => name === (entry.target ?? ""));
    return isRetained(entry, target) ? [] : [entry.place];
  });
  return [...new Set([...wanted, ...written].map(({ storeRef }) => storeKey(namespace, storeRef)))];
}
