import type { PreviousPlace } from "../../crds/index.ts";
import type { Claimant, Claims } from "./claims.ts";

export interface SuccessionOptions {
  readonly claims: Claims;
  /** Whether a claimant is held back, as far as its record tells, by another one at its place. */
  readonly waits: (claimant: Claimant) => boolean;
  /** Runs a claimant's target again. */
  readonly wake: (claimant: Claimant) => void;
}

/** How long those who wait for a place have to take it before it is removed, in milliseconds. */
const mostWaiting = 30_000;

/**
 * Hands places over: who waits for one takes it before it is removed, so that it never lies empty. The one who leaves removes
 * what is left of it then. Nobody is waited for longer than `mostWaiting`, since somebody else may hold the heir back, too.
 */
export class Succession {
  readonly #options: SuccessionOptions;
  /** By resource, then by target and address. */
  readonly #begun = new Map<string, Map<string, { readonly since: number; readonly heirs: readonly Claimant[] }>>();

  constructor(options: SuccessionOptions) {
    this.#options = options;
  }

  /** Gives a place up, and tells whether somebody is about to take it. */
  pending(resource: string, { target = "", place }: PreviousPlace, now: Date): boolean {
    const { claims, waits, wake } = this.#options;
    const all = this.#begun.get(resource) ?? new Map<string, { since: number; heirs: readonly Claimant[] }>();
    const key = JSON.stringify([target, place.address]);
    const begun = all.get(key);
    if (begun !== undefined)
      return begun.heirs.every((heir) => waits(heir)) && now.getTime() - begun.since < mostWaiting;
    claims.giveUp(resource, target, place.address);
    const heirs = claims.othersAt(resource, place.address).filter((other) => waits(other));
    if (heirs.length === 0) return false;
    this.#begun.set(resource, all.set(key, { since: now.getTime(), heirs }));
    for (const heir of heirs) wake(heir);
    return true;
  }

  forget(resource: string): void {
    this.#begun.delete(resource);
  }
}
