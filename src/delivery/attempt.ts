import type { DeliveryRecord } from "../crds/index.ts";
import type { Job, Observation } from "../stores/contract.ts";
import { compareFingerprints } from "./fingerprint.ts";
import type { Situation } from "./situation.ts";

/** A write from its opening to its receipt. */
export type Attempt = NonNullable<DeliveryRecord["attempt"]>;

/** How long a write may still be under way at the vendor after the store's timeout, in milliseconds. */
const grace = 30_000;
/** How long after its opening a write may begin, so that it has ended before its deadline, in milliseconds. */
const latestBegin = grace / 2;

/** When a write that begins now can no longer be under way. */
export function deadlineFrom(now: Date, timeoutMs: number): Date {
  return new Date(now.getTime() + timeoutMs + grace);
}

/**
 * The attempt of another run with a deadline that this process's clock can wait for. By a clock that was set back since, or
 * is behind that other one's, its own deadline would come too late: then it is as if it began now.
 */
export function byThisClock(attempt: Attempt, timeoutMs: number, now: Date): Attempt {
  if (new Date(attempt.startedAt) <= now) return attempt;
  return { ...attempt, startedAt: now.toISOString(), deadline: deadlineFrom(now, timeoutMs).toISOString() };
}

/**
 * Whether a write that this run has opened may begin: when saving the opening took too long, or the process was stopped
 * since, another leader may soon hold it for ended.
 */
export function beginsInTime(attempt: Attempt, now: Date): boolean {
  return now.getTime() - new Date(attempt.startedAt).getTime() <= latestBegin;
}

/** Whether what is on record began at a place that the spec has left. */
export function beganElsewhere({ place }: DeliveryRecord, s: Situation): boolean {
  return place !== undefined && place.address !== s.place.address;
}

/** What is known of a write without a receipt, once its place is looked at. */
export type EarlierWrite =
  /** It is there, or was answered, or another state than before shows that it was. */
  | { readonly outcome: "Happened" }
  /** This job carries it out. */
  | { readonly outcome: "Submitted"; readonly job: Job }
  /** It may be done again: it provably did not happen, or harms nobody when repeated, or concerns another place. */
  | { readonly outcome: "NotThere" }
  /** It was answered, and the place does not show it. */
  | { readonly outcome: "Unverified" }
  /** It cannot be repeated, and the look cannot tell. */
  | { readonly outcome: "Unknown"; readonly looked: string };

/** What came of a write that has no receipt. Pure. */
export function earlierWrite(
  record: DeliveryRecord,
  attempt: Attempt,
  observation: Observation,
  s: Situation,
): EarlierWrite {
  if (beganElsewhere(record, s)) return { outcome: "NotThere" };
  const { job } = observation;
  if (job !== undefined) return job === "None" ? { outcome: "NotThere" } : { outcome: "Submitted", job };
  const shown = observation.state === "Present" && observation.differs.length === 0;
  if (attempt.answeredAt !== undefined) {
    const same = compareFingerprints(attempt.fingerprint, s.fingerprint) !== "Different";
    return same && !shown ? { outcome: "Unverified" } : { outcome: "Happened" };
  }
  const looked =
    observation.inconclusive ?? (shown && hidden(record, attempt, observation) ? "what it shows" : undefined);
  if (looked === undefined) return { outcome: shown ? "Happened" : "NotThere" };
  return s.repeatable ? { outcome: "NotThere" } : { outcome: "Unknown", looked };
}

/** Whether all that the write would have changed is out of sight: the leaf there is the one that was there before. */
function hidden(
  record: DeliveryRecord,
  attempt: Attempt,
  observation: Extract<Observation, { state: "Present" }>,
): boolean {
  return (
    observation.partial === true &&
    observation.leaf?.sha256 === record.remote?.sha256 &&
    compareFingerprints(attempt.fingerprint, record.fingerprint ?? "") !== "Same"
  );
}
