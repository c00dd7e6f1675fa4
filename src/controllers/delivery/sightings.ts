import type { DeliveryRecord } from "../../delivery/index.ts";

type Attempt = NonNullable<DeliveryRecord["attempt"]>;

interface Sighting {
  readonly id: string;
  /** Monotonic milliseconds; long ago when that is unknown. */
  readonly since: number;
}

/** Clocks of two machines, and the watch, are this near; a record is not told anew for less. */
const toleranceMs = 5_000;

/**
 * When this process saw attempts being opened, by its own monotonic clock: a standby knows so how old the attempt of the
 * leader before it is, though the clock of the one or the other is wrong. Of an attempt that was there when the process
 * started, only its own times are known.
 */
export class Sightings {
  readonly #monotonic: () => number;
  readonly #seen = new Map<string, ReadonlyMap<string, Sighting>>();

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Takes the records of an object as a change shows them, by target. What the first list shows may be of any age. */
  note(key: string, records: ReadonlyMap<string, DeliveryRecord>, { initial }: { initial: boolean }): void {
    const before = this.#seen.get(key);
    const now = new Map<string, Sighting>();
    for (const [target, { attempt }] of records) {
      if (attempt === undefined) continue;
      const id = idOf(attempt);
      const known = before?.get(target);
      now.set(target, known?.id === id ? known : { id, since: initial ? Number.NEGATIVE_INFINITY : this.#monotonic() });
    }
    if (now.size > 0) this.#seen.set(key, now);
    else this.#seen.delete(key);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }

  /** The record, its attempt's times told by our wall clock where that would call an attempt ended that may be under way. */
  byOurClock(key: string, target: string, record: DeliveryRecord, now: Date): DeliveryRecord {
    const { attempt } = record;
    const seen = this.#seen.get(key)?.get(target);
    if (attempt === undefined || seen?.id !== idOf(attempt)) return record;
    const deadline = Date.parse(attempt.deadline);
    const started = now.getTime() - (this.#monotonic() - seen.since);
    const ends = started + deadline - Date.parse(attempt.startedAt);
    if (deadline > now.getTime() || ends - now.getTime() <= toleranceMs) return record;
    const times = { startedAt: new Date(started).toISOString(), deadline: new Date(ends).toISOString() };
    return { ...record, attempt: { ...attempt, ...times } };
  }
}

/** Not its times: another leader may have told them anew. */
function idOf({ number, fingerprint }: Attempt): string {
  return `${number} ${fingerprint}`;
}
