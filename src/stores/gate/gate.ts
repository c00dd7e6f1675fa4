import { CredentialsRefused, WaitingError } from "../errors.ts";
import type { GateClock } from "./clock.ts";
import { Line, type Urgency, type Visitor } from "./line.ts";
import { RequestRate } from "./request-rate.ts";

/** How much a store takes at once. */
export interface GateLimits {
  readonly runs: number;
  readonly requestsPerMinute: number | undefined;
  /** How often a health check tries again while the store is shut, in milliseconds; absent: never. */
  readonly checkEveryMs: number | undefined;
}

/** Whether somebody is in. Who is parked is woken when it is worth asking again; `why` is what to tell meanwhile. */
export type Entry =
  | { readonly state: "Entered"; readonly leave: () => void }
  | { readonly state: "Parked"; readonly why?: WaitingError };

/** What an operation in the store told of the store itself. */
export type Told =
  | { readonly store: "Answered" }
  /** No answer came in time. */
  | { readonly store: "Silent" }
  | { readonly store: "Refused"; readonly refusal: CredentialsRefused }
  /** It answered that nobody is to come before. */
  | { readonly store: "Paused"; readonly until: Date };

/**
 * Open: as many as the limits say. Trial: one at a time, until the store answers: it is new, or was silent. Shut: the login
 * was refused, and directories lock accounts; only a health check tries, when its time has come.
 */
type Mode =
  | { readonly name: "Open" }
  | { readonly name: "Trial"; readonly silent?: "Briefly" | "Still" }
  | { readonly name: "Shut"; readonly refusal: CredentialsRefused; readonly tryAt: number };

/** Who was woken and does not come loses its turn after this. */
const reservedMs = 10_000;
/** A store that asks for more is asked again all the same. */
const longestPauseMs = 3_600_000;
/** One connection that breaks is nothing to tell everybody of. */
const briefMs = 5_000;
/** Checks are spread over a tenth of their interval. */
const early = 0.9;
/** A check that is due waits so long for those inside, or for a pause, and comes again: at once, it would come for ever. */
const soonMs = 5_000;
/** Who is told to wait is woken; this is for what nobody wakes. */
const lookAgainMs = 600_000;

/**
 * The one gate of a store: who may run there, and how fast. Nobody waits inside it: whoever finds no room gives its worker back
 * and is woken (docs/adr/0010-one-gate-per-store.md).
 */
export class Gate {
  readonly #clock: GateClock;
  readonly #onClosed: () => void;
  readonly #line = new Line();
  /** Who is in, each with the version that it came for. */
  readonly #running = new Map<string, string | undefined>();
  /** Who was woken and has not come yet, each with what ends its reservation. */
  readonly #reserved = new Map<string, () => void>();
  #version: string | undefined;
  #limits: GateLimits = { runs: 1, requestsPerMinute: undefined, checkEveryMs: undefined };
  #rate: RequestRate | undefined;
  #mode: Mode = { name: "Trial" };
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** The health check that is let into a shut store. */
  #trying = false;

  /** @param onClosed told when the store begins to be shut, or silent */
  constructor(clock: GateClock, onClosed: () => void = () => {}) {
    this.#clock = clock;
    this.#onClosed = onClosed;
  }

  /** Another spec or other credentials: what was known of the store is no more. */
  renew(version: string, limits: GateLimits): void {
    if (version === this.#version) return;
    this.#version = version;
    if (limits.requestsPerMinute !== this.#limits.requestsPerMinute) {
      const { requestsPerMinute } = limits;
      this.#rate?.end();
      this.#rate = requestsPerMinute === undefined ? undefined : new RequestRate(requestsPerMinute, this.#clock);
    }
    this.#limits = limits;
    this.#mode = { name: "Trial" };
    this.#pump();
  }

  /** Asks to run in the store; who may must `leave`. */
  enter(visitor: Visitor): Entry {
    this.#unreserve(visitor.id);
    const room = this.#mode.name === "Shut" ? this.#mayTry(visitor, this.#mode.tryAt) : this.#room() > 0;
    if (room) return this.#admit(visitor);
    this.#line.add(visitor);
    const why = this.#why(visitor.urgency);
    return why === undefined ? { state: "Parked" } : { state: "Parked", why };
  }

  /** Somebody who waited, or was woken, does not come any more: the next one may. */
  withdraw(id: string): void {
    this.#unreserve(id);
    this.#line.delete(id);
    this.#pump();
  }

  /** What an operation came to. Of a version that is no more it tells nothing. */
  told(version: string, told: Told): void {
    if (version !== this.#version) return;
    switch (told.store) {
      case "Answered":
        return this.#answered();
      case "Silent":
        return this.#silent();
      case "Refused":
        return this.#refused(told.refusal);
      case "Paused":
        this.#pause(told.until.getTime() - Date.now());
        return this.#answered();
    }
  }

  /**
   * To be awaited before every request: resolves when its turn has come. Throws `CredentialsRefused` when the store was shut, and
   * `WaitingError` `StoreThrottled` when it has asked for a pause.
   */
  async turn(signal: AbortSignal): Promise<void> {
    this.#throwIfClosed();
    if (this.#rate === undefined) return;
    await this.#rate.turn(signal);
    this.#throwIfClosed();
  }

  /** Why a user that is let in now would have to wait; undefined where it only waits for its turn. */
  #why(urgency?: Urgency): WaitingError | undefined {
    if (this.#mode.name === "Shut") {
      const { refusal, tryAt } = this.#mode;
      const due = tryAt - this.#clock.now();
      const wait = urgency === "Check" && tryAt < Number.POSITIVE_INFINITY ? Math.max(due, soonMs) : lookAgainMs;
      return new CredentialsRefused(refusal.message, { until: new Date(Date.now() + wait) });
    }
    if (this.#mode.name === "Open" || this.#mode.silent !== "Still") return undefined;
    const message = "The store did not answer in time; one delivery at a time tries whether it does again.";
    return new WaitingError("StoreUnavailable", message, { until: new Date(Date.now() + lookAgainMs) });
  }

  #admit({ id, urgency, wake }: Visitor): Entry {
    this.#line.delete(id);
    this.#running.set(id, this.#version);
    if (this.#mode.name === "Shut") this.#trying = true;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#running.delete(id);
      if (urgency === "Check") this.#trying = false;
      // It may be the one whose login was refused: it goes on when the store is open again.
      else if (this.#mode.name === "Shut") this.#line.add({ id, urgency, wake });
      this.#pump();
    };
    return { state: "Entered", leave };
  }

  #mayTry({ urgency }: Visitor, tryAt: number): boolean {
    return urgency === "Check" && this.#clock.now() >= tryAt && this.#running.size === 0 && !this.#paused();
  }

  #paused(): boolean {
    return this.#clock.now() < this.#pausedUntil;
  }

  #room(): number {
    if (this.#mode.name === "Shut" || this.#paused()) return 0;
    const left = this.#limits.runs - this.#running.size - this.#reserved.size;
    if (this.#mode.name === "Open") return left;
    // Who still waits for an answer of an earlier version is no reason not to try this one.
    const trying = [...this.#running.values()].filter((version) => version === this.#version).length;
    return Math.min(left, 1 - trying - this.#reserved.size);
  }

  /** Wakes as many as there is room for; their turn is kept until they come. */
  #pump(): void {
    while (this.#room() > 0) {
      const next = this.#line.take();
      if (next === undefined) return;
      const cancel = this.#clock.after(reservedMs, () => {
        this.#reserved.delete(next.id);
        this.#pump();
      });
      this.#reserved.set(next.id, cancel);
      next.wake();
    }
  }

  #unreserve(id: string): void {
    this.#reserved.get(id)?.();
    this.#reserved.delete(id);
  }

  #answered(): void {
    if (this.#mode.name === "Open" || (this.#mode.name === "Shut" && !this.#trying)) return;
    this.#mode = { name: "Open" };
    this.#pump();
  }

  #silent(): void {
    if (this.#mode.name === "Shut") return this.#shut(this.#mode.refusal);
    if (this.#mode.name === "Trial" && this.#mode.silent !== undefined) return;
    const briefly: Mode = { name: "Trial", silent: "Briefly" };
    this.#mode = briefly;
    this.#clock.after(briefMs, () => {
      if (this.#mode !== briefly) return;
      this.#mode = { name: "Trial", silent: "Still" };
      this.#tellAll();
    });
  }

  #refused(refusal: CredentialsRefused): void {
    if (this.#mode.name === "Shut" && !this.#trying) return;
    const news = this.#mode.name !== "Shut";
    this.#shut(refusal);
    if (news) this.#tellAll();
  }

  #shut(refusal: CredentialsRefused): void {
    const { checkEveryMs = Number.POSITIVE_INFINITY } = this.#limits;
    this.#mode = { name: "Shut", refusal, tryAt: this.#clock.now() + checkEveryMs * early };
  }

  /** Who waits comes back, is told why, and waits on. */
  #tellAll(): void {
    this.#onClosed();
    for (const { wake } of this.#line.all()) wake();
  }

  #pause(milliseconds: number): void {
    const pause = Math.min(milliseconds, longestPauseMs);
    const until = this.#clock.now() + pause;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#clock.after(pause, () => this.#pump());
  }

  #throwIfClosed(): void {
    const why = this.#why();
    if (this.#mode.name === "Shut" && !this.#trying && why !== undefined) throw why;
    if (!this.#paused()) return;
    const until = new Date(Date.now() + this.#pausedUntil - this.#clock.now());
    throw new WaitingError("StoreThrottled", "The store has asked for a pause; it goes on after that.", { until });
  }
}
