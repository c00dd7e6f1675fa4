import type { CertificateStore } from "../api/certificate-store.ts";
import type { JobRun } from "../api/job-history.ts";
import type { ScheduledJob } from "../api/scheduled-jobs.ts";

/** What is known of jobs in a store since a write there began. */
export interface JobsSince {
  readonly store: Pick<CertificateStore, "path" | "clientMachine">;
  readonly since: Date;
  readonly scheduled: readonly ScheduledJob[];
  readonly runs: readonly JobRun[];
  /** Jobs that are for other places, as this process was told when it submitted them. */
  readonly ofOthers: ReadonlySet<string>;
}

/** What a write without an answer has left. */
export type LostJob = { readonly is: "Found"; readonly jobId: string } | { readonly is: "None" | "Several" };

/** What the clocks of Command and of this machine may differ by, in milliseconds. */
const skewMs = 60_000;

/** When, by Command's clock, a write may have begun that began then by ours. */
export function earliest(since: Date): Date {
  return new Date(since.getTime() - skewMs);
}

/**
 * The job that a write without an answer has left in a store: Command tells neither alias nor certificate of a job, so it is the
 * one job on certificates that the store was given since, if there is but one. Pure.
 */
export function lostJobIn({ store, since, scheduled, runs, ofOthers }: JobsSince): LostJob {
  const from = earliest(since);
  const isOfStore = (job: { storePath: string; clientMachine: string; type: string }): boolean =>
    job.storePath === store.path && job.clientMachine === store.clientMachine && !/inventory/i.test(job.type);
  const waiting = scheduled.filter((job) => isOfStore(job) && isSince(job.requestedAt, from)).map(({ id }) => id);
  const begun = runs.filter((run) => isOfStore(run) && isSince(run.startedAt, from)).map(({ jobId }) => jobId);
  const [jobId, ...others] = new Set([...waiting, ...begun].filter((id) => !ofOthers.has(id)));
  if (jobId === undefined) return { is: "None" };
  return others.length === 0 ? { is: "Found", jobId } : { is: "Several" };
}

/** A time that Command does not tell may be any. */
function isSince(time: Date | undefined, from: Date): boolean {
  return time === undefined || time >= from;
}
