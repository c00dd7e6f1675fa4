/** One line of a ledger. */
export interface Entry {
  readonly title: string;
  /** PEM of the leaf. */
  readonly certificate: string;
  /** Who wrote it. */
  readonly mark: string;
  /** What the title shall say beside the certificate. */
  readonly note: string;
}

/** How much of an entry a look shows. `Nothing`: the ledger takes entries and cannot be read. */
export type Shows = "Everything" | "NoMark" | "NoNote" | "Nothing";

/** When the answer to a write is lost: before the ledger heard of it, while it is at it, or once it is written. */
export type Loss = "Before" | "During" | "After";

/** The answer did not arrive. What the ledger did all the same, the caller cannot know. */
export class AnswerLost extends Error {
  override readonly name = "AnswerLost";
}

/**
 * A vendor whose writes cannot be repeated: each one that it accepts makes another entry, and is counted. What lies at a
 * title is its last entry.
 */
export class Ledger {
  readonly shows: Shows;
  readonly #now: () => number;
  readonly #entries: Entry[] = [];
  /** What a person has removed. */
  readonly struck: Entry[] = [];
  readonly #coming: { readonly at: number; readonly entry: Entry }[] = [];
  readonly #lagMs: number;

  /** @param lagMs how long it is at a write whose answer is lost `During` it */
  constructor(shows: Shows, now: () => number, lagMs = 20_000) {
    this.shows = shows;
    this.#now = now;
    this.#lagMs = lagMs;
  }

  /** @param loss how the answer is lost */
  write(entry: Entry, loss?: Loss): void {
    if (loss === "During") this.#coming.push({ at: this.#now() + this.#lagMs, entry });
    else if (loss !== "Before") this.#entries.push(entry);
    if (loss !== undefined) throw new AnswerLost(`the answer was lost: ${loss}`);
  }

  /** The last entry of a title, as far as it is shown. */
  read(title: string): Partial<Entry> | undefined {
    const found = this.entries(title).at(-1);
    if (found === undefined || this.shows === "Everything") return found;
    const { mark, note, ...rest } = found;
    return this.shows === "NoMark" ? { ...rest, note } : { ...rest, mark };
  }

  /** All that stands there, whatever is shown. */
  entries(title?: string): readonly Entry[] {
    while (this.#coming[0] !== undefined && this.#coming[0].at <= this.#now()) {
      this.#entries.push(...this.#coming.splice(0, 1).map(({ entry }) => entry));
    }
    return title === undefined ? [...this.#entries] : this.#entries.filter((entry) => entry.title === title);
  }

  /** A person removes what lies at a title, after a look at the books themselves. */
  strike(title: string): void {
    const last = this.#entries.findLastIndex((entry) => entry.title === title);
    if (last >= 0) this.struck.push(...this.#entries.splice(last, 1));
  }
}
