import type { Kinds } from "./kinds.ts";

/** A request as it was answered. */
export interface Seen {
  /** Method and path as the reference writes it, such as `POST /Certificates/Import`; `none` where there is no such endpoint. */
  readonly kind: string;
  /** As it came, with the query. */
  readonly url: string;
  /** When its head had come, in milliseconds since 1970. */
  readonly at: number;
  /** 0 until it is answered, and where it never was. */
  status: number;
}

const all = "all";

/** Counts what has come: the proof that a client calls once, and not too many at a time. */
export class Traffic {
  readonly seen: Seen[] = [];
  readonly #kinds: Kinds;
  readonly #current = new Map<string, number>();
  readonly #most = new Map<string, number>();

  constructor(kinds: Kinds) {
    this.#kinds = kinds;
  }

  /** Call the function that it gives when the request is over. */
  begin(seen: Seen): () => void {
    this.seen.push(seen);
    const kinds = [seen.kind, all];
    for (const kind of kinds) {
      const current = (this.#current.get(kind) ?? 0) + 1;
      this.#current.set(kind, current);
      this.#most.set(kind, Math.max(current, this.#most.get(kind) ?? 0));
    }
    return () => {
      for (const kind of kinds) this.#current.set(kind, (this.#current.get(kind) ?? 1) - 1);
    };
  }

  /** How many of a kind have come, such as `POST /Certificates/Import`. */
  count(kind: string): number {
    this.#kinds.check(kind);
    return this.seen.filter((seen) => seen.kind === kind).length;
  }

  /** The most of a kind, or of all, that were under way at once. */
  most(kind?: string): number {
    if (kind !== undefined) this.#kinds.check(kind);
    return this.#most.get(kind ?? all) ?? 0;
  }

  /** How many logins were refused: directories lock accounts. */
  get refusedLogins(): number {
    return this.seen.filter(({ status }) => status === 401).length;
  }
}
