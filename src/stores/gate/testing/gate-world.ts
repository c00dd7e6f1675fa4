import type { GateClock } from "../clock.ts";
import { type Entry, Gate, type GateLimits } from "../gate.ts";
import type { Urgency } from "../line.ts";

/** A clock that stands still until a test moves it. */
export class StillClock implements GateClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** As `advance`, but what waits for a timer goes on before the next one. */
  async pass(milliseconds: number): Promise<void> {
    await new Promise(setImmediate);
    const end = this.#now + milliseconds;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.advance(next.at - this.#now);
      await new Promise(setImmediate);
    }
    this.advance(end - this.#now);
  }

  #due(end: number): { readonly at: number; readonly run: () => void } | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
  }
}

/** A gate, its clock, and what became of those who came. */
export class GateWorld {
  readonly clock = new StillClock();
  /** How often it was told that the store is shut, or silent. */
  closed = 0;
  readonly gate = new Gate(this.clock, () => void (this.closed += 1));
  /** Who is in, with the way out. */
  readonly inside = new Map<string, () => void>();
  /** Who was woken and has not come since, in order. */
  readonly woken: string[] = [];

  constructor(limits: Partial<GateLimits> = {}) {
    this.renew("1", limits);
  }

  renew(version: string, limits: Partial<GateLimits> = {}): void {
    this.gate.renew(version, { runs: 3, requestsPerMinute: undefined, checkEveryMs: 600_000, ...limits });
  }

  /** `in`, `parked`, or why somebody waits. */
  enter(id: string, urgency: Urgency = "Write"): string {
    this.#forget(id);
    const entry: Entry = this.gate.enter({ id, urgency, wake: () => void this.woken.push(id) });
    if (entry.state === "Parked") return entry.why?.reason ?? "parked";
    this.inside.set(id, entry.leave);
    return "in";
  }

  leave(id: string): void {
    this.inside.get(id)?.();
    this.inside.delete(id);
  }

  /** Those who were woken since this was last asked. */
  takeWoken(): string[] {
    return this.woken.splice(0);
  }

  #forget(id: string): void {
    for (let at = this.woken.indexOf(id); at !== -1; at = this.woken.indexOf(id)) this.woken.splice(at, 1);
  }
}
