/** So many are remembered: far more jobs than are on their way at once. */
const most = 10_000;

/** The jobs that this process was told the ids of, and what they are for: another place must not take one for its own. */
export class Receipts {
  readonly #addresses = new Map<string, string>();

  note(jobId: string, address: string): void {
    this.#addresses.set(jobId.toLowerCase(), address);
    const [oldest] = this.#addresses.keys();
    if (this.#addresses.size > most && oldest !== undefined) this.#addresses.delete(oldest);
  }

  /** Jobs for other places than this one. */
  ofOthers(address: string): ReadonlySet<string> {
    return new Set([...this.#addresses].flatMap(([jobId, of]) => (of === address ? [] : [jobId])));
  }
}
