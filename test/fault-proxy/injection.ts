import type { Fault } from "./faults.ts";

/** A request as the proxy saw it. */
export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly watch: boolean;
  /** The client's, which tells its connections apart. */
  readonly port: number;
}

/** Which requests a fault is for; what is left out is not asked for. */
export interface Match {
  method?: string;
  /** A part of the path with its query, or a pattern. */
  path?: string | RegExp;
  watch?: boolean;
  /** Leave so many of those alone first. */
  skip?: number;
  /** Then meet so many; all when left out. */
  times?: number;
}

/** A fault that lies in wait. */
export class Injection {
  readonly fault: Fault;
  readonly #match: Match;
  #seen = 0;
  #hits = 0;

  constructor(fault: Fault, match: Match) {
    this.fault = fault;
    this.#match = match;
  }

  /** How many requests have met it. */
  get hits(): number {
    return this.#hits;
  }

  /** Whether this request meets the fault; it counts then. */
  meets(request: SeenRequest): boolean {
    if (!this.#isFor(request)) return false;
    const { skip = 0, times = Number.POSITIVE_INFINITY } = this.#match;
    this.#seen += 1;
    if (this.#seen <= skip || this.#hits >= times) return false;
    this.#hits += 1;
    return true;
  }

  #isFor(request: SeenRequest): boolean {
    const { method, path, watch } = this.#match;
    if (method !== undefined && method !== request.method) return false;
    if (watch !== undefined && watch !== request.watch) return false;
    if (path === undefined) return true;
    return typeof path === "string" ? request.path.includes(path) : path.test(request.path);
  }
}
