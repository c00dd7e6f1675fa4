import { Recent } from "./recent.ts";

/** The jobs that this process was told the ids of, and what they are for: another place must not take one for its own. */
export class Receipts {
  readonly #addresses = new Recent<string>();

  note(jobId: string, address: string): void {
    this.#addresses.note(jobId.toLowerCase(), address);
  }

  /** Jobs for other places than this one. */
  ofOthers(address: string): ReadonlySet<string> {
    return new Set([...this.#addresses.entries()].flatMap(([jobId, of]) => (of === address ? [] : [jobId])));
  }
}
