import type { Fault } from "./faults.ts";

/** Which requests a fault is for; what is left out is not asked for. */
export interface Match {
  /** Such as `POST /Certificates/Import`. */
  readonly kind?: string;
  /** Leave so many of those alone first. */
  readonly skip?: number;
  /** Then meet so many; all when left out. */
  readonly times?: number;
}

/** A fault that lies in wait. */
export class Injection {
  readonly fault: Fault;
  readonly #match: Match;
  #seen = 0;
  /** How many requests have met it. */
  hits = 0;

  constructor(fault: Fault, match: Match) {
    this.fault = fault;
    this.#match = match;
  }

  /** Whether a request of this kind meets the fault; it counts then. */
  meets(kind: string): boolean {
    const { kind: wanted = kind, skip = 0, times = Number.POSITIVE_INFINITY } = this.#match;
    if (wanted !== kind) return false;
    this.#seen += 1;
    if (this.#seen <= skip || this.hits >= times) return false;
    this.hits += 1;
    return true;
  }
}
