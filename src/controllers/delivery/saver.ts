import { isDeepStrictEqual } from "node:util";
import type { PreviousPlace } from "../../crds/index.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { type Informer, isKubeError, type KubeClient, type KubeObject } from "../../kube/index.ts";
import type { Draft } from "./draft.ts";
import type { DeliveryKind, DeliveryObject } from "./kind.ts";
import { draftOf, statusOf } from "./status.ts";
import type { Subject } from "./subject.ts";

/** How a save ended. `Lost`: somebody else changed the object, so an opening must not go on. `Gone`: there is no such object. */
export type Saved = "Saved" | "Lost" | "Gone";

/** Changes the draft; undefined when what it was meant for is no longer so, which ends the save as `Lost`. */
export type Change = (draft: Draft, subject: Subject) => Draft | undefined;

/** The very object, and the generation of its spec, that an opening was decided for. */
type DecidedFor = Pick<Subject, "uid" | "generation">;

interface Pending {
  readonly opening: DecidedFor | undefined;
  readonly change: Change;
  readonly settle: PromiseWithResolvers<Saved>;
}

export interface SaverOptions<T extends DeliveryObject> {
  readonly client: Pick<KubeClient, "apply" | "get">;
  readonly kind: DeliveryKind<T>;
  readonly cache: Pick<Informer<T & KubeObject>, "get" | "applyAnswer">;
  readonly now: () => Date;
  readonly writesSuspended: boolean;
  /** Told of places that are left behind, once that is saved. */
  readonly onForgotten: (subject: Subject, places: readonly PreviousPlace[]) => void;
}

const fieldManager = "certferry-status";
const retryMs = { first: 250, longest: 10_000 };

/**
 * Writes the status of one kind. All saves of an object go through here one after the other; those that come while one is
 * under way are joined into the next. Each carries the resourceVersion that it was decided from, so that neither a stale
 * leader nor a late answer can erase a record. What closes a write is saved again until it is kept.
 */
export class StatusSaver<T extends DeliveryObject = DeliveryObject> {
  readonly #options: SaverOptions<T>;
  readonly #waiting = new Map<string, Pending[]>();
  readonly #generations = new Map<string, ReadonlyMap<string, number>>();

  constructor(options: SaverOptions<T>) {
    this.#options = options;
  }

  /** Saves the opening of a write. Rejects when the API server cannot be reached. */
  open(key: string, { uid, generation }: DecidedFor, change: Change, signal: AbortSignal): Promise<Saved> {
    return this.#add(key, { opening: { uid, generation }, change }, signal);
  }

  /** Saves what came of something. Ends with `Saved` or `Gone`; rejects only when `signal` is aborted. */
  close(key: string, change: Change, signal: AbortSignal): Promise<Saved> {
    return this.#add(key, { opening: undefined, change }, signal);
  }

  /** Forgets what only this process knew of an object that is gone. */
  forget(key: string): void {
    this.#generations.delete(key);
  }

  #add(key: string, entry: Omit<Pending, "settle">, signal: AbortSignal): Promise<Saved> {
    const settle = Promise.withResolvers<Saved>();
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.push({ ...entry, settle });
      return settle.promise;
    }
    this.#waiting.set(key, [{ ...entry, settle }]);
    void this.#drain(key, signal);
    return settle.promise;
  }

  async #drain(key: string, signal: AbortSignal): Promise<void> {
    // One turn, so that targets which end together are joined.
    await Promise.resolve();
    for (;;) {
      const batch = this.#waiting.get(key) ?? [];
      if (batch.length === 0) break;
      this.#waiting.set(key, []);
      await this.#save(key, batch, signal).catch((error: unknown) => {
        for (const { settle } of batch) settle.reject(error);
      });
    }
    this.#waiting.delete(key);
  }

  async #save(key: string, batch: readonly Pending[], signal: AbortSignal): Promise<void> {
    let open = batch;
    for (let failures = 0; open.length > 0;) {
      signal.throwIfAborted();
      try {
        if (await this.#attempt(key, open, signal)) return;
        // Somebody else was faster. Openings end here, and their runs begin anew on what is there now, as the rest does.
        await this.#refresh(key, signal);
        open = lose(open);
      } catch (error) {
        if (signal.aborted || !isKubeError(error)) throw error;
        open = refuse(open, error);
        await sleep(Math.min(retryMs.first * 2 ** failures++, retryMs.longest), undefined, { signal });
      }
    }
  }

  /** False when the object has changed since. */
  async #attempt(key: string, batch: readonly Pending[], signal: AbortSignal): Promise<boolean> {
    const { cache, kind, client, now, writesSuspended } = this.#options;
    const object = cache.get(key);
    if (object === undefined) return end(batch, "Gone");
    const subject = kind.subjectOf(object);
    const start = draftOf(object, subject, this.#generations.get(key) ?? new Map<string, number>());
    const { draft, kept, lost } = applyAll(start, subject, batch);
    const status = statusOf(kind, object, subject, draft, now(), writesSuspended);
    if (kept.length > 0 && !isDeepStrictEqual(status, object.status)) {
      const { namespace, name, resourceVersion } = object.metadata;
      const body = { metadata: { namespace, name, resourceVersion }, status };
      try {
        const options = { fieldManager, force: true, subresource: "status", signal } as const;
        const { object: answer } = await client.apply(kind.resource, body, options);
        cache.applyAnswer(answer);
      } catch (error) {
        if (isKubeError(error, "Conflict")) return false;
        if (isKubeError(error, "NotFound")) return end(batch, "Gone");
        throw error;
      }
    }
    this.#generations.set(key, draft.generations);
    if (draft.forgotten !== undefined) this.#options.onForgotten(subject, draft.forgotten);
    end(lost, "Lost");
    return end(kept, "Saved");
  }

  /** Brings the cache up to what is stored now, since the watch may be behind. */
  async #refresh(key: string, signal: AbortSignal): Promise<void> {
    const { cache, client, kind } = this.#options;
    const object = cache.get(key);
    if (object === undefined) return;
    try {
      cache.applyAnswer(await client.get(kind.resource, object.metadata, { signal }));
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
      await sleep(retryMs.first, undefined, { signal });
    }
  }
}

function applyAll(
  start: Draft,
  subject: Subject,
  batch: readonly Pending[],
): { draft: Draft; kept: Pending[]; lost: Pending[] } {
  let draft = start;
  const kept: Pending[] = [];
  const lost: Pending[] = [];
  for (const pending of batch) {
    const next = isFor(pending.opening, subject) ? pending.change(draft, subject) : undefined;
    (next === undefined ? lost : kept).push(pending);
    draft = next ?? draft;
  }
  return { draft, kept, lost };
}

function isFor(opening: DecidedFor | undefined, { uid, generation }: Subject): boolean {
  return opening === undefined || (opening.uid === uid && opening.generation === generation);
}

function end(batch: readonly Pending[], how: Saved): true {
  for (const { settle } of batch) settle.resolve(how);
  return true;
}

function lose(batch: readonly Pending[]): Pending[] {
  end(
    batch.filter(({ opening }) => opening !== undefined),
    "Lost",
  );
  return batch.filter(({ opening }) => opening === undefined);
}

function refuse(batch: readonly Pending[], error: unknown): Pending[] {
  for (const { opening, settle } of batch) if (opening !== undefined) settle.reject(error);
  return batch.filter(({ opening }) => opening === undefined);
}
