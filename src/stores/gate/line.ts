/** Checks go before writes, and writes before refreshes. */
export type Urgency = "Check" | "Write" | "Refresh";

/** Somebody who wants into a store. */
export interface Visitor {
  readonly id: string;
  readonly urgency: Urgency;
  /** Called when it is worth asking again. */
  readonly wake: () => void;
}

/** After so many that were more urgent one refresh is let through. */
const turnOfRefresh = 8;

/** Those who wait, each once, in the order in which they came. */
export class Line {
  readonly #waiting: Record<Urgency, Map<string, Visitor>> = { Check: new Map(), Write: new Map(), Refresh: new Map() };
  #sinceRefresh = 0;

  /** Who waits already keeps its place, unless it is more urgent now. */
  add(visitor: Visitor): void {
    const { id, urgency } = visitor;
    if (!this.#waiting[urgency].has(id)) this.delete(id);
    this.#waiting[urgency].set(id, visitor);
  }

  delete(id: string): void {
    for (const waiting of Object.values(this.#waiting)) waiting.delete(id);
  }

  /** Takes the next one out of the line. */
  take(): Visitor | undefined {
    const { Check, Write, Refresh } = this.#waiting;
    const overdue = this.#sinceRefresh >= turnOfRefresh ? [Check, Refresh, Write] : [Check, Write, Refresh];
    const from = overdue.find(({ size }) => size > 0);
    const [next] = from?.values() ?? [];
    if (from === undefined || next === undefined) return undefined;
    from.delete(next.id);
    this.#sinceRefresh = from === Refresh ? 0 : this.#sinceRefresh + 1;
    return next;
  }

  /** All who wait, in no order that matters. */
  all(): Visitor[] {
    return Object.values(this.#waiting).flatMap((waiting) => [...waiting.values()]);
  }
}
