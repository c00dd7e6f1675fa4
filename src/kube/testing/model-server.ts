import type { ListPage, WatchEvent } from "../client.ts";
import { KubeError } from "../errors.ts";
import type { KubeObject } from "../types.ts";

type Objects = ReadonlyMap<string, KubeObject>;

const NOTHING: Objects = new Map();
/** However many are asked for, so that few objects are several pages. */
const PAGE = 2;
/** High enough for many restores. */
const FIRST = 1000;

/**
 * The part of an API server that a reflector sees, as values: every revision is kept as the whole of its objects.
 * After storage/etcd3 and the watch cache of k8s.io/apiserver.
 */
export class ModelServer {
  readonly #revisions = new Map<number, Objects>([[FIRST, NOTHING]]);
  #revision = FIRST;
  #compacted = 0;
  #born = 0;
  /** What a client has heard of a history that a restore has undone. */
  #undone = Number.POSITIVE_INFINITY;

  get objects(): Objects {
    return this.#at(this.#revision);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Creates or changes an object. Gives it back, as the answer of the write does. */
  write(name: string): KubeObject | undefined {
    return this.#commit((version) => {
      const uid = this.objects.get(name)?.metadata.uid ?? `uid-${(this.#born += 1)}`;
      const object = { apiVersion: "v1", kind: "Thing", metadata: { name, uid, resourceVersion: version } };
      return [object, new Map(this.objects).set(name, object)];
    });
  }

  delete(name: string): void {
    if (!this.objects.has(name)) return;
    this.#commit(() => [undefined, new Map([...this.objects].filter(([key]) => key !== name))]);
  }

  /** Another kind's write: the revision is that of the whole of etcd. */
  pass(): void {
    this.#commit(() => [undefined, this.objects]);
  }

  /** Forgets all history. */
  compact(): void {
    this.#compacted = this.#revision;
  }

  /**
   * etcd is restored from a backup. A server that has caught up again with what a client has `heard` cannot be told from
   * one that was never restored. It would take hours of writes, so here it stays behind until somebody looks.
   */
  restore(revision: number, heard: number): void {
    this.#revision = Math.max(revision, 1);
    this.#compacted = Math.min(this.#compacted, this.#revision);
    if (heard > this.#revision) this.#undone = heard;
  }

  list(token: string | undefined): ListPage<KubeObject> {
    const [version, from] = token === undefined ? [this.#revision, 0] : (JSON.parse(token) as [number, number]);
    if (version < this.#compacted) throw new KubeError("Expired", "the continue token is too old", { status: 410 });
    if (version > this.#revision) throw new KubeError("InternalError", "a future revision", { status: 500 });
    if (token === undefined) this.#undone = Number.POSITIVE_INFINITY;
    const all = [...this.#at(version).values()];
    const more = from + PAGE < all.length ? JSON.stringify([version, from + PAGE]) : undefined;
    return { items: all.slice(from, from + PAGE), resourceVersion: String(version), continue: more };
  }

  /** The next event after a version; none while there is none, and none for a version from the future. */
  next(after: string): WatchEvent<KubeObject> | undefined {
    const from = Number(after);
    if (from < this.#compacted) throw new KubeError("Expired", "too old resource version", { status: 410 });
    for (let revision = from + 1; revision <= this.#revision; revision += 1) {
      const event = changeBetween(this.#at(revision - 1), this.#at(revision), String(revision));
      if (event !== undefined) return event;
    }
    return undefined;
  }

  #commit(change: (version: string) => [KubeObject | undefined, Objects]): KubeObject | undefined {
    if (this.#revision + 1 >= this.#undone) return undefined;
    const [object, objects] = change(String(this.#revision + 1));
    this.#revision += 1;
    this.#revisions.set(this.#revision, objects);
    return object;
  }

  #at(revision: number): Objects {
    return this.#revisions.get(revision) ?? NOTHING;
  }
}

/** One revision changes one object at most. A DELETED object carries the version of its removal. */
function changeBetween(old: Objects, now: Objects, version: string): WatchEvent<KubeObject> | undefined {
  for (const [name, object] of now) {
    if (!old.has(name)) return { type: "ADDED", object };
    if (old.get(name) !== object) return { type: "MODIFIED", object };
  }
  for (const [name, object] of old) {
    if (now.has(name)) continue;
    return { type: "DELETED", object: { ...object, metadata: { ...object.metadata, resourceVersion: version } } };
  }
  return undefined;
}
