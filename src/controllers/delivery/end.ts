import type { DeliveryRecord, PreviousPlace } from "../../crds/index.ts";
import { isRemovals } from "../../delivery/index.ts";
import { removeFinalizer, type ReconcileResult } from "../../runtime/index.ts";
import type { DeliveryContext } from "./context.ts";
import { type Draft, leftBy, samePlace, withReport, withRequest } from "./draft.ts";
import type { DeliveryObject } from "./kind.ts";
import { abandon, finalizer } from "./leaving.ts";
import type { ObjectRun } from "./object.ts";
import { outcomeOf } from "./outcome.ts";
import { removePlaces, type Round } from "./removal.ts";
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

/** Every place of a subject that its policies say, or said when it was written, is to be removed when it goes. */
export function placesToRemove(subject: Subject, previous: readonly PreviousPlace[]): PreviousPlace[] {
  const current = [...subject.records].flatMap(([target, record]) => {
    const policy = subject.targets.find(({ name }) => name === target)?.policies.deletionPolicy;
    return [policy, record.place?.deletionPolicy].includes("Delete")
      ? withFailures(leftBy(target, record), record)
      : [];
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

/** An object that waits for its removal says why, and how to let it go, as its targets' state: it is stalled. */
function withRound(draft: Draft, subject: Subject, { done, waiting }: Round, at: Date): Draft {
  const ended = (entry: PreviousPlace): boolean => done.some((other) => samePlace(entry, other));
  const records = [...draft.records].filter(([name, record]) => !leftBy(name, record).some(ended));
  const previous = draft.previous
    .filter((entry) => !ended(entry))
    .map((entry) => waiting.find((other) => samePlace(entry, other)) ?? entry);
  const failing = waiting.find(({ failureFingerprint }) => isRemovals(failureFingerprint));
  const { reason = "", message = "" } = failing ?? {};
  const generations = new Map(subject.targets.map(({ name }) => [name, subject.generation]));
  const start: Draft = { ...draft, records: new Map(records), previous, generations };
  const rest: Draft = failing === undefined ? start : { ...start, removal: { reason, message } };
  return waiting.reduce<Draft>((before, entry) => withStalled(before, subject, entry, at), rest);
}

function withStalled(draft: Draft, { generation }: Subject, entry: PreviousPlace, at: Date): Draft {
  const { target = "", place: _place, job: _job, ...failure } = entry;
  const record = draft.records.get(target);
  const current = record !== undefined && leftBy(target, record).some((own) => samePlace(own, entry));
  if (!current || !isRemovals(entry.failureFingerprint)) return draft;
  const stalled = { ...record, ...failure, phase: "Blocked" as const };
  return withReport(draft, { target, record: stalled, change: outcomeOf(record, stalled), generation, at });
}
