import type { Observation, PutResult } from "../stores/contract.ts";
import { backOff } from "./backoff.ts";
import { type Attempt, beganElsewhere, beginsInTime, byThisClock, earlierWrite } from "./attempt.ts";
import { fateOf, firstQuestion, jobHere } from "./job.ts";
import { adopted, type RecordedJob, submitted, withoutJob } from "./job-record.ts";
import { plan } from "./plan.ts";
import {
  blocked,
  delivered,
  type DeliveryRecord,
  denied,
  failed,
  failuresOf,
  inDoubt,
  opened,
  refused,
  unsure,
  unverified,
  waiting,
  withoutAttempt,
} from "./record.ts";
import { type Timing, timingOf } from "./schedule.ts";
import type { Base, Situation, Verdict } from "./situation.ts";
import type { Seen, Step } from "./step.ts";

/** Looks at a place that changes under our hands before it counts as a failure. */
const mostChanges = 5;
/** What is waited for is looked for at least so often, in milliseconds. */
const mostWaiting = 30_000;

/**
 * The one decision of the engine: given the saved record and what this run has seen, what is done now? Pure, so that a
 * process that dies between two actions is the same as one that asks again.
 */
export function next(record: DeliveryRecord, seen: Seen, situation: Situation, now: Date): Step {
  if (seen.failure !== undefined) {
    const known = seen.withdrawn === true ? withoutJob(record) : record;
    return afterFailure(known, seen.failure, situation, now);
  }
  if (seen.put !== undefined && seen.put.outcome !== "Changed") return afterPut(record, seen.put, situation, now);
  const job = jobHere(record, situation);
  return job === undefined ? look(record, seen, situation, now) : follow(record, job, seen, situation, now);
}

/** A job comes before all else: nothing is written beside it. */
function follow(record: DeliveryRecord, job: RecordedJob, seen: Seen, s: Situation, now: Date): Step {
  const due = seen.followed === undefined ? notBefore(record, s, now) : undefined;
  if (due !== undefined) return { do: "Wait", record, until: due };
  const fate = fateOf(record, job, seen, s, now);
  switch (fate.over) {
    case false:
      return fate.step;
    case "Ended":
      return afterWrite(fate.record, fate.seen, s, now);
    case "Gone":
      return look(fate.record, seen, s, now);
  }
}

function look(record: DeliveryRecord, seen: Seen, situation: Situation, now: Date): Step {
  return seen.observation === undefined
    ? beforeLook(record, seen, situation, now)
    : afterLook(record, seen, seen.observation, situation, now);
}

function beforeLook(record: DeliveryRecord, seen: Seen, situation: Situation, now: Date): Step {
  const others = attemptOfOthers(record, seen);
  const unanswered = others?.answeredAt === undefined ? others : undefined;
  if (unanswered !== undefined) {
    const attempt = byThisClock(unanswered, situation.timeoutMs, now);
    const until = new Date(attempt.deadline);
    if (now < until) return { do: "Wait", record: unsure(record, attempt), until };
  }
  const due = notBefore(record, situation, now);
  if (due !== undefined) return { do: "Wait", record, until: due };
  if (unanswered === undefined || beganElsewhere(record, situation)) return { do: "Observe" };
  return { do: "Observe", unsure: { since: new Date(unanswered.startedAt) } };
}

/** When what failed is tried again, while that is to come and nothing has changed. */
function notBefore({ nextAttemptTime, failureFingerprint }: DeliveryRecord, s: Situation, now: Date): Date | undefined {
  if (nextAttemptTime === undefined || failureFingerprint !== s.inputs) return undefined;
  const due = new Date(nextAttemptTime);
  return now < due ? due : undefined;
}

function afterLook(record: DeliveryRecord, seen: Seen, observation: Observation, s: Situation, now: Date): Step {
  const attempt = attemptOfOthers(record, seen);
  if (record.attempt !== undefined && attempt === undefined && beginsInTime(record.attempt, now)) {
    return { do: "Put", observed: observation };
  }
  const earlier = attempt && earlierWrite(record, attempt, observation, s);
  if (attempt !== undefined && earlier?.outcome === "Submitted") {
    return { do: "Wait", record: adopted(record, attempt, earlier.job), until: now };
  }
  if (earlier?.outcome === "Unknown") {
    return { do: "Wait", record: inDoubt(record, earlier.looked), until: later(s, now) };
  }
  if (earlier?.outcome === "Unverified") {
    return { do: "Wait", record: unverified(record, unlike(observation), now), until: later(s, now) };
  }

  const known = attempt && earlier?.outcome === "Happened" ? { ...record, fingerprint: attempt.fingerprint } : record;
  const verdict = plan({ ...s, record: known, observation, timing: timing(known, observation, s, now) });
  switch (verdict.action) {
    case "NoChange":
      return { do: "Done", record: delivered(known, s, observation, now, attempt !== undefined) };
    case "Refuse":
      return refuse(known, verdict, s, observation, now);
    case "Create":
    case "Update":
      if ((seen.changes ?? 0) >= mostChanges) return tooManyChanges(known, s, now);
      if (fenced(observation)) return { do: "Put", observed: observation, urgent: verdict.urgent };
      return { do: "SaveAttempt", record: opened(known, s, verdict, observation, now), urgent: verdict.urgent };
  }
}

/** The attempt whose opening this run has not saved. */
function attemptOfOthers({ attempt }: DeliveryRecord, { won }: Seen): Attempt | undefined {
  return attempt?.number === won ? undefined : attempt;
}

/** Where a look tells all and the write is conditional on it, a write that was lost is seen and needs no opening. */
function fenced(observation: Observation): boolean {
  const partial = observation.state === "Present" && observation.partial === true;
  return observation.state !== "Absent" && observation.version !== undefined && !partial;
}

/** A request to deliver now that was not used yet opens at any time. */
function timing(record: DeliveryRecord, observation: Observation, s: Situation, now: Date): Timing | undefined {
  if (s.schedule === undefined || record.deliverNow !== undefined) return undefined;
  return timingOf(s.schedule, { placed: placedUntil(record, observation), coming: s.leaf.notAfter }, now);
}

/** When what we have in the place expires; a look that does not tell leaves what is on record. */
function placedUntil(record: DeliveryRecord, observation: Observation): Date | undefined {
  const noted = record.deliveredAt === undefined ? undefined : record.remote?.notAfter;
  if (observation.inconclusive !== undefined) return noted === undefined ? undefined : new Date(noted);
  const ours = observation.state === "Present" && observation.holders.ours;
  return ours ? observation.leaf?.notAfter : undefined;
}

function refuse(
  record: DeliveryRecord,
  verdict: Extract<Verdict, { action: "Refuse" }>,
  s: Situation,
  observation: Observation,
  now: Date,
): Step {
  const saved = refused(record, verdict, observation, now);
  return verdict.phase === "Suspended"
    ? { do: "Done", record: saved }
    : { do: "Wait", record: saved, until: verdict.until ?? later(s, now) };
}

/** Most of what is waited for wakes us; the rest is looked for. */
function soon({ lookAgainMs }: Base, now: Date): Date {
  return new Date(now.getTime() + Math.min(lookAgainMs, mostWaiting));
}

function later({ lookAgainMs }: Base, now: Date): Date {
  return new Date(now.getTime() + lookAgainMs);
}

/** A right is often granted a moment after who needs it was applied; one that stays away is asked for as seldom as all else. */
function soonAtFirst(record: DeliveryRecord, base: Base, now: Date): Date {
  const due = backOff(failuresOf(record, base.inputs), now, base.random);
  return due < later(base, now) ? due : later(base, now);
}

function tooManyChanges(record: DeliveryRecord, s: Situation, now: Date): Step {
  const until = backOff(failuresOf(record, s.inputs), now, s.random);
  const message = `The place changed ${mostChanges} times between the look and the write; trying again later.`;
  return { do: "Wait", record: failed(record, s, { reason: "PlaceChanging", message, until }), until };
}

function afterPut(
  record: DeliveryRecord,
  put: Exclude<PutResult, { outcome: "Changed" }>,
  s: Situation,
  now: Date,
): Step {
  if (put.outcome === "Written") return afterWrite(record, put.seen, s, now);
  const saved = submitted(record, s, put.job, now);
  return { do: "Wait", record: saved, until: firstQuestion(now) };
}

/** What the place shows after a write, or after the job that carried it out. */
function afterWrite(record: DeliveryRecord, seen: Observation, s: Situation, now: Date): Step {
  if (seen.state === "Present" && seen.differs.length === 0) {
    return { do: "Done", record: delivered(record, s, seen, now, true) };
  }
  const what = unlike(seen);
  if (!s.repeatable) return { do: "Wait", record: unverified(record, what, now), until: later(s, now) };
  const until = backOff(failuresOf(record, s.inputs), now, s.random);
  const message = `Written, but read back otherwise (${what}). Something in the store changes what is written there.`;
  return { do: "Wait", record: failed(record, s, { reason: "VerifyFailed", message, until }), until };
}

/** What of a place is not as it was written. */
function unlike(seen: Observation): string {
  return seen.state === "Present" ? seen.differs.map(({ what }) => what).join(", ") : seen.state;
}

/**
 * What a failure makes of the record, and when to look again. Also for those that come before there is a place. Only a write
 * that may have happened all the same leaves its attempt open: a refusal is an answer.
 */
export function afterFailure(
  record: DeliveryRecord,
  { during, error }: NonNullable<Seen["failure"]>,
  base: Base,
  now: Date,
): Extract<Step, { do: "Wait" }> {
  const answered = during === "put" && (error.name !== "TransientError" || error.happened === "no");
  const known = answered ? withoutAttempt(record) : record;
  switch (error.name) {
    case "TerminalError":
      // A job goes on whatever keeps us from asking about it.
      return { do: "Wait", record: blocked(known, error), until: known.job && later(base, now) };
    case "BlockedError":
      return { do: "Wait", record: denied(known, base, error), until: soonAtFirst(record, base, now) };
    case "WaitingError":
      return { do: "Wait", record: waiting(known, error), until: error.until ?? soon(base, now) };
    case "TransientError": {
      const due = backOff(failuresOf(record, base.inputs), now, base.random);
      const open = known.attempt;
      const deadline = open === undefined ? undefined : new Date(open.deadline);
      const until = new Date(Math.max(due.getTime(), error.retryAfter?.getTime() ?? 0, deadline?.getTime() ?? 0));
      return {
        do: "Wait",
        record: failed(record, base, { reason: error.reason, message: error.message, until }, open),
        until,
      };
    }
  }
}
