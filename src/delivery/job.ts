import type { Followed, Observation } from "../stores/contract.ts";
import { beganElsewhere } from "./attempt.ts";
import { backOff } from "./backoff.ts";
import { compareFingerprints } from "./fingerprint.ts";
import { answered, arrived, following, openJob, type RecordedJob, withoutJob } from "./job-record.ts";
import { type DeliveryRecord, failed, failuresOf } from "./record.ts";
import type { Situation } from "./situation.ts";
import type { Seen, Step } from "./step.ts";

/** What is done about a job; or it is over, and the delivery goes on with this record. */
export type JobFate =
  | { readonly over: false; readonly step: Step }
  /** It has ended for what is wanted, and this is what it came to. */
  | { readonly over: "Ended"; readonly record: DeliveryRecord; readonly seen: Observation }
  /** It is no more, and its place is to be looked at anew. */
  | { readonly over: "Gone"; readonly record: DeliveryRecord };

/** Between two questions about a job: at first and at most, in milliseconds. */
const often = 2_000;
const seldom = 60_000;
/** A job that nobody has begun for so long wants somebody to look after it, in milliseconds. */
const pickUp = 30 * 60_000;

/** The job that is on its way to the place of this run. One of a place that the spec has left goes with that place. */
export function jobHere(record: DeliveryRecord, s: Situation): RecordedJob | undefined {
  return beganElsewhere(record, s) ? undefined : record.job;
}

/** When a job that was submitted now is asked about. */
export function firstQuestion(now: Date): Date {
  return new Date(now.getTime() + often);
}

/**
 * What is done about a job that is on its way. One that brings what is wanted no more is taken back, or ends first: there is
 * never a second one beside it. Pure.
 */
export function fateOf(record: DeliveryRecord, job: RecordedJob, seen: Seen, s: Situation, now: Date): JobFate {
  const { followed } = seen;
  if (followed === undefined) return { over: false, step: { do: "Follow", job: openJob(job) } };
  const newer = compareFingerprints(job.fingerprint, s.fingerprint) === "Different";
  const unwanted = newer || s.suspended?.jobs === "Withdraw";
  switch (followed.outcome) {
    case "Open": {
      const outdated = unwanted || followed.outdated === true;
      if (outdated && s.suspended?.jobs !== "Follow" && followed.idleSince !== undefined) {
        if (seen.withdrawn === true) return { over: "Gone", record: withoutJob(record) };
        const { submittedAt } = openJob(job);
        if (seen.withdrawn === undefined) {
          return { over: false, step: { do: "Withdraw", job: { ...followed.job, submittedAt } } };
        }
      }
      return { over: false, step: askLater(record, job, followed, s, now) };
    }
    case "Ended":
      if (newer) return { over: "Gone", record: arrived(record, job, now) };
      return { over: "Ended", record: answered(record, job), seen: followed.seen };
    case "Failed": {
      // Nobody waits for it any more, or it was taken back by one who could not say so.
      if (unwanted) return { over: "Gone", record: withoutJob(record) };
      const until = backOff(failuresOf(record, s.inputs), now, s.random);
      const { reason, message } = followed;
      return {
        over: false,
        step: { do: "Wait", record: failed(withoutJob(record), s, { reason, message, until }), until },
      };
    }
  }
}

function askLater(
  record: DeliveryRecord,
  job: RecordedJob,
  followed: Extract<Followed, { outcome: "Open" }>,
  { lookAgainMs }: Situation,
  now: Date,
): Step {
  const { idleSince } = followed;
  const idleMs = idleSince === undefined ? 0 : now.getTime() - idleSince.getTime();
  const reason = idleMs >= pickUp ? "JobNotPickedUp" : followed.reason;
  const until = new Date(now.getTime() + pauseFor(job, idleMs, lookAgainMs, now));
  return { do: "Wait", record: following(record, job, followed, reason), until };
}

/** A job whose time has not come is asked about when it does. */
function pauseFor({ submittedAt }: RecordedJob, idleMs: number, lookAgainMs: number, now: Date): number {
  if (idleMs < 0) return Math.min(-idleMs, lookAgainMs);
  return untilNextQuestion(new Date(submittedAt), now);
}

/** How long after `now` a job is asked about again, in milliseconds: doubles with its age. */
export function untilNextQuestion(submittedAt: Date, now: Date): number {
  return Math.min(Math.max(now.getTime() - submittedAt.getTime(), often), seldom);
}
