import { isDeepStrictEqual } from "node:util";
import type { PreviousPlace } from "../../crds/index.ts";
import { untilNextQuestion } from "../../delivery/index.ts";
import type { Job, OpenJob } from "../../stores/contract.ts";
import type { Fate } from "./fate.ts";
import { withTold } from "./leaving.ts";
import { isBeingRemoved } from "./left.ts";
import type { Subject } from "./subject.ts";

/** How long a removal that the store has accepted is followed, in milliseconds. */
const longest = 10 * 60_000;

/** Reasons of an entry whose job is on its way: nothing about it has failed. */
const underWay: ReadonlySet<string> = new Set(["RemovalSubmitted", "AwaitingJob"]);

/** Whether a removal is going on in the store, and has not failed. */
export function isUnderWay({ job, reason = "" }: PreviousPlace): boolean {
  return job !== undefined && underWay.has(reason);
}

/** The job as its provider knows it. */
export function jobOf({ job }: PreviousPlace): OpenJob | undefined {
  return job && { ids: job.ids, state: job.state, submittedAt: new Date(job.submittedAt) };
}

/** What the store does, or what it does before it can remove anything. */
export function followed(entry: PreviousPlace, subject: Subject, job: Job, inputs: string, now: Date): Fate {
  const ids = [...job.ids];
  const same = isDeepStrictEqual(entry.job?.ids, ids);
  const since = same && entry.job !== undefined ? entry.job : { submittedAt: now.toISOString() };
  const { failures: _failures, nextAttemptTime: _next, ...rest } = entry;
  const next: PreviousPlace = { ...rest, job: { ...since, ids, state: job.state } };
  if (isOverdue(next, now)) return overdue(next);
  const why = isBeingRemoved(next) ? removing(next) : comesFirst(next);
  const end = isBeingRemoved(next) ? endOf(since) : Number.POSITIVE_INFINITY;
  const until = new Date(Math.min(now.getTime() + untilNextQuestion(new Date(since.submittedAt), now), end));
  const told = { ...withTold(next, subject, why, inputs), nextAttemptTime: until.toISOString() };
  const isNews = !same || entry.reason === undefined;
  const news = { type: "Normal", outcome: why.reason, message: `${entry.place.address}: ${why.message}` } as const;
  return { ended: false, entry: told, until, ...(isNews ? { news } : {}) };
}

function removing(entry: PreviousPlace): { reason: string; message: string } {
  return { reason: "RemovalSubmitted", message: `the store has accepted it as ${nameOf(entry)}, which is followed.` };
}

function comesFirst(entry: PreviousPlace): { reason: string; message: string } {
  return { reason: "AwaitingJob", message: `it comes after ${nameOf(entry)} of a delivery, which is under way.` };
}

/** Whether a removal was accepted so long ago that nobody asks any more. */
export function isOverdue(entry: PreviousPlace, now: Date): boolean {
  return isBeingRemoved(entry) && entry.job !== undefined && endOf(entry.job) <= now.getTime();
}

export function overdue(entry: PreviousPlace): Fate {
  const message = `${entry.place.address}: ${nameOf(entry)} was to remove it and has not ended within 10 minutes; it is followed no longer. Look after it in the store.`;
  return { ended: true, news: { type: "Warning", outcome: "LeftBehind", message } };
}

/** How the withdrawal of a job has ended whose place stays. */
export function takenBack(entry: PreviousPlace, done: boolean): Fate {
  const { address } = entry.place;
  const message = done
    ? `${address}: ${nameOf(entry)} was taken back.`
    : `${address}: it is too late to take ${nameOf(entry)} back; what it brings stays.`;
  const news = done
    ? ({ type: "Normal", outcome: "JobWithdrawn", message } as const)
    : ({ type: "Warning", outcome: "LeftBehind", message } as const);
  return { ended: true, news };
}

/** For whoever reads that something stays: what the store does there all the same. */
export function jobGoesOn(entry: PreviousPlace): string {
  return entry.job === undefined ? "" : ` In the store ${nameOf(entry)} goes on.`;
}

function endOf({ submittedAt }: { readonly submittedAt: string }): number {
  return Date.parse(submittedAt) + longest;
}

function nameOf({ job }: PreviousPlace): string {
  return `job ${job?.ids.join(", ") ?? ""}`;
}
