import type { DeliveryRecord, PreviousPlace } from "../../crds/index.ts";
import { isRemovals, removalInputs } from "../../delivery/index.ts";
import { removeFinalizer, type ReconcileResult } from "../../runtime/index.ts";
import type { DeliveryContext } from "./context.ts";
import { type Draft, withReport, withRequest } from "./draft.ts";
import type { DeliveryObject } from "./kind.ts";
import { abandon, finalizer } from "./leaving.ts";
import { leftBy, samePlace } from "./left.ts";
import type { ObjectRun } from "./object.ts";
import { outcomeOf } from "./outcome.ts";
import { removePlaces, type Round } from "./removal.ts";
import { isUnderWay } from "./removal-job.ts";
import type { Subject } from "./subject.ts";

/** How soon a removal looks again whether a run of the object's targets has ended. */
const busyMs = 1_000;

/** The object is going: remove what is to be removed, then let it go. */
export async function finish<T extends DeliveryObject>(
  context: DeliveryContext,
  run: ObjectRun<T>,
  key: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { subject, client, kind, object, previous, busy, saver, again } = run;
  if (!(object.metadata.finalizers ?? []).includes(finalizer)) return {};
  if (busy) return { requeueAt: new Date(context.now().getTime() + busyMs) };
  if (subject.requested !== undefined && subject.requested !== run.lastHandled) {
    await saver.close(key, (draft) => withRequest(draft, subject.requested), signal);
    return { requeueAt: context.now() };
  }
  const abandoned = object.metadata.annotations?.[abandon] === "true";
  const places = placesToRemove(subject, previous);
  const round = await removePlaces(context, subject, places, { abandoned, awaited: () => false, again }, signal);
  if (round.waiting.length > 0) {
    await saver.close(key, (draft) => withRound(draft, subject, round, context.now()), signal);
    return { requeueAt: round.until };
  }
  await removeFinalizer(client, kind.resource, object, finalizer, signal);
  return {};
}

/**
 * Every place of a subject that its policies say, or said when it was written, is to be removed when it goes, and those to which
 * a job is on its way.
 */
export function placesToRemove(subject: Subject, previous: readonly PreviousPlace[]): PreviousPlace[] {
  const current = [...subject.records].flatMap(([target, record]) => {
    const policy = subject.targets.find(({ name }) => name === target)?.policies.deletionPolicy;
    const concerned = [policy, record.place?.deletionPolicy].includes("Delete") || record.job !== undefined;
    return concerned ? withFailures(leftBy(target, record), record) : [];
  });
  return [...previous, ...current];
}

/** A removal's own failures are kept in the record, until it is done. What may still be under way there comes before them. */
function withFailures(entries: readonly PreviousPlace[], record: DeliveryRecord): PreviousPlace[] {
  const { reason, message, failures, failureFingerprint, nextAttemptTime } = record;
  if (!isRemovals(failureFingerprint)) return [...entries];
  const all = { reason, message, failures, failureFingerprint, nextAttemptTime };
  const known = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return entries.map((entry) => (entry.nextAttemptTime === undefined ? { ...entry, ...known } : entry));
}

/** An object that waits for its removal says why, and how to let it go, as its targets' state. */
function withRound(draft: Draft, subject: Subject, { done, waiting }: Round, at: Date): Draft {
  const ended = (entry: PreviousPlace): boolean => done.some((other) => samePlace(entry, other));
  const records = [...draft.records].filter(([name, record]) => !leftBy(name, record).some(ended));
  const previous = draft.previous
    .filter((entry) => !ended(entry))
    .map((entry) => waiting.find((other) => samePlace(entry, other)) ?? entry);
  const generations = new Map(subject.targets.map(({ name }) => [name, subject.generation]));
  const start: Draft = { ...draft, records: new Map(records), previous, generations };
  const removal = removalOf(waiting);
  const rest: Draft = removal === undefined ? start : { ...start, removal };
  return waiting.reduce<Draft>((before, entry) => withWaiting(before, subject, entry, at), rest);
}

/** It is stalled by the first place that fails; where none does, work goes on in the store. */
function removalOf(waiting: readonly PreviousPlace[]): Draft["removal"] {
  const told = waiting.filter(({ failureFingerprint }) => isRemovals(failureFingerprint));
  const first = told.find((entry) => !isUnderWay(entry)) ?? told[0];
  return first && { reason: first.reason ?? "", message: first.message ?? "", goesOn: isUnderWay(first) };
}

function withWaiting(draft: Draft, { generation }: Subject, entry: PreviousPlace, at: Date): Draft {
  const { target = "" } = entry;
  const record = draft.records.get(target);
  const current = record !== undefined && leftBy(target, record).some((own) => samePlace(own, entry));
  if (!current || !isRemovals(entry.failureFingerprint)) return draft;
  const next = inRecord(record, entry);
  return withReport(draft, { target, record: next, change: outcomeOf(record, next), generation, at });
}

/** The record of a place whose object is going: `withFailures` and `leftBy` read it back. */
function inRecord(record: DeliveryRecord, entry: PreviousPlace): DeliveryRecord {
  const { job: _before, failures: _failures, nextAttemptTime: _next, ...lasting } = record;
  const { target: _target, place: _place, replaced: _replaced, job, ...told } = entry;
  const phase = isUnderWay(entry) ? "InProgress" : "Blocked";
  if (job === undefined) return { ...lasting, ...told, phase };
  const fingerprint = job.fingerprint ?? removalInputs;
  return { ...lasting, ...told, phase, job: { ...job, fingerprint } };
}
