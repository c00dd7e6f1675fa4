import { isDeepStrictEqual } from "node:util";
import { type DeliveryRecord, timestamp } from "../crds/index.ts";
import type { Observation } from "../stores/contract.ts";
import type { StoreError } from "../stores/errors.ts";
import { type Attempt, deadlineFrom } from "./attempt.ts";
import { mostFailures } from "./backoff.ts";
import type { Base, Situation, Verdict } from "./situation.ts";

export type { DeliveryRecord } from "../crds/index.ts";
type Remote = NonNullable<DeliveryRecord["remote"]>;

const wayOut = "Check the store, remove there what was written, then request a reconcile: it is written again.";

/** The record of a delivery that nothing is known of. */
export const pending: DeliveryRecord = { phase: "Pending" };

/** What outlasts an outcome: where it was written, what lies there, under which fingerprint, and what is on its way there. */
export function kept({ place, remote, fingerprint, deliveredAt, job }: DeliveryRecord): Partial<DeliveryRecord> {
  return defined({ place, remote, fingerprint, deliveredAt, job });
}

function counted({ failures, failureFingerprint, nextAttemptTime }: DeliveryRecord): Partial<DeliveryRecord> {
  return defined({ failures, failureFingerprint, nextAttemptTime });
}

/** How often it failed in a row under these inputs. */
export function failuresOf(record: DeliveryRecord, inputs: string): number {
  return record.failureFingerprint === inputs ? (record.failures ?? 0) : 0;
}

/** The place holds the bundle. */
export function delivered(
  record: DeliveryRecord,
  s: Situation,
  observation: Observation,
  now: Date,
  wrote: boolean,
): DeliveryRecord {
  const deliveredAt = wrote ? now.toISOString() : (record.deliveredAt ?? now.toISOString());
  const remote = remoteOf(record, observation, now);
  const message = observation.note === undefined ? undefined : cut(observation.note);
  return {
    phase: "Delivered",
    reason: "Delivered",
    place: s.place,
    ...defined({ message, remote }),
    fingerprint: s.fingerprint,
    deliveredAt,
  };
}

/**
 * A write that is about to begin. The place is noted now, and what lies there: a process that dies after the write must find
 * it again, and tell it from what was there before.
 */
export function opened(
  record: DeliveryRecord,
  s: Situation,
  verdict: Extract<Verdict, { action: "Create" | "Update" }>,
  observation: Observation,
  now: Date,
): DeliveryRecord {
  const number = (record.attempt?.number ?? failuresOf(record, s.inputs)) + 1;
  const attempt: Attempt = {
    number,
    fingerprint: s.fingerprint,
    startedAt: now.toISOString(),
    deadline: deadlineFrom(now, s.timeoutMs).toISOString(),
  };
  // A job that is left here is of a place that the target has left: it is noted with that one, in the same save.
  const { remote: _before, job: _elsewhere, ...lasting } = kept(record);
  const remote = remoteOf(record, observation, now);
  const what = {
    phase: "InProgress",
    reason: verdict.reason,
    place: s.place,
    ...defined({ remote }),
    attempt,
  } as const;
  return { ...lasting, ...counted(record), ...what };
}

/** A write that provably did not happen: another one has made it void, or the store refused it. */
export function withoutAttempt(record: DeliveryRecord): DeliveryRecord {
  const { attempt: _attempt, ...rest } = record;
  return rest;
}

/** The place is another one now: what was known of the old one does not speak of it, but it must still be found. */
export function movedTo(record: DeliveryRecord, address: string): DeliveryRecord {
  const { place, attempt, job, deliverNow } = record;
  if (place === undefined || place.address === address) return record;
  return { ...pending, place, ...defined({ attempt, job, deliverNow }) };
}

/** A request to deliver now: it is tried at once, and the schedule does not hold it back until it was. */
export function openedNow(record: DeliveryRecord, request: string): DeliveryRecord {
  const { nextAttemptTime: _next, ...rest } = record;
  return { ...rest, deliverNow: request };
}

/** What the digest begins with that failures of a removal are counted under. */
export const removalInputs = "removal:";

/** Whether failures were counted by a removal, not by a delivery. */
export function isRemovals(failureFingerprint: string | undefined): boolean {
  return failureFingerprint?.startsWith(removalInputs) ?? false;
}

/** A reconcile request forgets back-off, and ends a doubt: a person has looked. So has one who was told of another volume. */
export function requested(record: DeliveryRecord): DeliveryRecord {
  const { nextAttemptTime: _next, failures: _failures, failureFingerprint: _inputs, ...rest } = record;
  // A removal that is told so goes on to be tried: its files are where it was told.
  const volume = record.reason === "DifferentVolume" && !isRemovals(record.failureFingerprint);
  if (volume) return { ...pending, reason: "Requested" };
  const told = record.reason === "InDoubt" || record.reason === "VerifyFailed";
  return told && record.attempt !== undefined ? { ...kept(rest), phase: "Pending", reason: "Requested" } : rest;
}

/**
 * Whether a run that read or saved `known` last may save what it came to over what is stored now. A receipt goes with its
 * attempt, whatever else was noted since; all else is out of date once the record is another one.
 */
export function maySettle(stored: DeliveryRecord | undefined, known: DeliveryRecord | undefined): boolean {
  if (known?.attempt === undefined) return isDeepStrictEqual(stored, known);
  return isDeepStrictEqual(stored?.attempt, known.attempt);
}

/** A plan that is not carried out. An earlier write without a receipt stays without one. */
export function refused(
  record: DeliveryRecord,
  verdict: Extract<Verdict, { action: "Refuse" }>,
  observation: Observation,
  now: Date,
): DeliveryRecord {
  const { phase, reason, plan, stopped } = verdict;
  const { attempt } = record;
  const deliverNow = phase === "Waiting" ? record.deliverNow : undefined;
  const ours = observation.state !== "Absent" && observation.holders.ours;
  const remote = ours ? remoteOf(record, observation, now) : record.remote;
  return {
    ...kept(record),
    phase,
    reason,
    message: cut(verdict.message),
    ...defined({ remote, plan, attempt, deliverNow, failureFingerprint: stopped }),
  };
}

/** Nothing helps until something changes. */
export function blocked(record: DeliveryRecord, error: Pick<StoreError, "reason" | "message">): DeliveryRecord {
  const { attempt } = record;
  return {
    ...kept(record),
    phase: "Blocked",
    reason: error.reason,
    message: cut(error.message),
    ...defined({ attempt }),
  };
}

/** Refused by rights, there or here. Counted only for as long as the wait grows, so that who stays blocked writes nothing. */
export function denied(
  record: DeliveryRecord,
  { inputs }: Pick<Base, "inputs">,
  error: Pick<StoreError, "reason" | "message">,
): DeliveryRecord {
  const failures = Math.min(failuresOf(record, inputs) + 1, mostFailures);
  return { ...blocked(record, error), failures, failureFingerprint: inputs };
}

/** Something is not there yet; no failure is counted. */
export function waiting(record: DeliveryRecord, error: Pick<StoreError, "reason" | "message">): DeliveryRecord {
  const { attempt, deliverNow } = record;
  return {
    ...kept(record),
    phase: "Waiting",
    reason: error.reason,
    message: cut(error.message),
    ...defined({ attempt, deliverNow }),
  };
}

/** A failure that is tried again at `until`. `open` is the write that may have happened all the same. */
export function failed(
  record: DeliveryRecord,
  base: Pick<Base, "inputs">,
  told: { readonly reason: string; readonly message: string; readonly until: Date },
  open?: Attempt,
): DeliveryRecord {
  return {
    ...kept(record),
    phase: "Failed",
    reason: told.reason,
    message: cut(told.message),
    failures: failuresOf(record, base.inputs) + 1,
    failureFingerprint: base.inputs,
    nextAttemptTime: told.until.toISOString(),
    ...defined({ attempt: open }),
  };
}

/** An earlier write has no receipt, and may still be under way. */
export function unsure(record: DeliveryRecord, attempt: Attempt): DeliveryRecord {
  const message = `A write has no answer yet; what came of it is looked at when it can no longer be under way, at ${attempt.deadline}.`;
  const told = { ...record, phase: "InProgress" as const, reason: "AwaitingOutcome", message, attempt };
  if (attempt === record.attempt) return told;
  // The clock was set: the time of the next try is as wrong as the deadline was.
  const { nextAttemptTime: _wrong, ...rest } = told;
  return rest;
}

/** The store said that it wrote, and shows something else: what cannot be repeated is not written again. */
export function unverified(record: DeliveryRecord, what: string, now: Date): DeliveryRecord {
  const { attempt } = record;
  const message = `Written, but read back otherwise (${what.slice(0, 80)}). ${wayOut}`;
  return {
    ...blocked(record, { reason: "VerifyFailed", message }),
    ...(attempt === undefined ? {} : { attempt: { answeredAt: now.toISOString(), ...attempt } }),
  };
}

/** An earlier write has no receipt, and looking does not tell. */
export function inDoubt(record: DeliveryRecord, looked: string): DeliveryRecord {
  const message = `It is not known whether the last write happened (looked at: ${looked.slice(0, 80)}). ${wayOut}`;
  return { ...record, phase: "Blocked", reason: "InDoubt", message };
}

function remoteOf(record: DeliveryRecord, observation: Observation, now: Date): Remote | undefined {
  if (observation.state === "Absent") return observation.inconclusive === undefined ? undefined : record.remote;
  const { id, version } = observation.remote;
  const leaf = observation.state === "Present" ? observation.leaf : undefined;
  const { sha256, notAfter } = { sha256: leaf?.sha256, notAfter: leaf && timestamp(leaf.notAfter) };
  const before = record.remote;
  const still = before?.id === id && before.version === version && before.sha256 === sha256;
  return { id, ...defined({ version, sha256, notAfter }), observedAt: still ? before.observedAt : now.toISOString() };
}

/** A message of at most so many characters; the CRD allows 256. */
export function cut(message: string, most = 256): string {
  return message.length <= most ? message : `${message.slice(0, most - 1)}…`;
}

export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
