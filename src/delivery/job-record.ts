import type { Followed, Job, OpenJob } from "../stores/contract.ts";
import type { Attempt } from "./attempt.ts";
import { cut, type DeliveryRecord, defined, kept } from "./record.ts";
import type { Situation } from "./situation.ts";

/** A job as the record keeps it: the receipt of a write that the store has accepted and carries out later. */
export type RecordedJob = NonNullable<DeliveryRecord["job"]>;

/** The job as its provider knows it. */
export function openJob({ ids, state, submittedAt }: RecordedJob): OpenJob {
  return { ids, state, submittedAt: new Date(submittedAt) };
}

/** A write that the store has accepted: the job takes the place of its attempt. A request to deliver now is used up. */
export function submitted(record: DeliveryRecord, s: Situation, job: Job, now: Date): DeliveryRecord {
  const receipt = recorded(job, now.toISOString(), s.fingerprint);
  const told = {
    reason: "JobSubmitted",
    message: "The store has accepted the certificate, and brings it to its place later.",
  };
  const { deliverNow: _used, ...rest } = record;
  return { ...withJob(rest, receipt, told), place: s.place };
}

/** A write without a receipt has left this job behind: it is the receipt. */
export function adopted(record: DeliveryRecord, { startedAt, fingerprint }: Attempt, job: Job): DeliveryRecord {
  const message = "A write had no answer; the job that it left has been found, so the store has accepted it.";
  return withJob(record, recorded(job, startedAt, fingerprint), { reason: "JobSubmitted", message });
}

/** How the job stands now. */
export function following(
  record: DeliveryRecord,
  { submittedAt, fingerprint }: RecordedJob,
  { job, message }: Extract<Followed, { outcome: "Open" }>,
  reason: string,
): DeliveryRecord {
  return withJob(record, recorded(job, submittedAt, fingerprint), { reason, message });
}

/** The job has ended, and what it has brought is wanted no more: that is what lies there now. */
export function arrived(record: DeliveryRecord, { fingerprint }: RecordedJob, now: Date): DeliveryRecord {
  return { ...withoutJob(record), fingerprint, deliveredAt: now.toISOString() };
}

/** The job has ended, and what it did is to be seen: as a write that was answered just now. */
export function answered(record: DeliveryRecord, { submittedAt, fingerprint }: RecordedJob): DeliveryRecord {
  const number = (record.failures ?? 0) + 1;
  return { ...withoutJob(record), attempt: { number, fingerprint, startedAt: submittedAt, deadline: submittedAt } };
}

/** The job is no more. */
export function withoutJob(record: DeliveryRecord): DeliveryRecord {
  const { job: _job, ...rest } = record;
  return rest;
}

/** What failed before counts until there is a delivery. */
function withJob(
  record: DeliveryRecord,
  job: RecordedJob,
  { reason, message }: { readonly reason: string; readonly message: string },
): DeliveryRecord {
  const { failures, failureFingerprint, deliverNow } = record;
  const lasting = { ...kept(record), ...defined({ failures, failureFingerprint, deliverNow }) };
  return { ...lasting, phase: "InProgress", reason, message: cut(message), job };
}

function recorded({ ids, state }: Job, submittedAt: string, fingerprint: string): RecordedJob {
  return { ids: [...ids], state, submittedAt, fingerprint };
}
