import type { CertificateStore } from "../api/certificate-store.ts";
import { runsOfJob } from "../api/job-history.ts";
import type { OpenJob } from "../../contract.ts";
import type { Deployment, Jobs } from "./deployment.ts";
import { findJob, type FoundJob } from "./find-job.ts";
import { ifAllowed } from "./job-reading.ts";
import { type Standing, standingOf } from "./job-standing.ts";

/** How a job stands as far as the account may see. */
export type Told =
  | Standing
  /** Command has it no more, and nobody has begun it: it was unscheduled. */
  | { readonly at: "Gone" }
  /** Nothing can be told: jobs may not be read, or which one it is. */
  | { readonly at: "Hidden"; readonly because: "Denied" | "Several" };

/** So long a new job may be missing from the list of jobs that wait, in milliseconds. */
const listedAfterMs = 30_000;

/** A job of PFX Deploy has no id, which Command does not tell: it is looked for. */
export async function jobOf(
  deployment: Pick<Deployment, "command" | "address">,
  store: CertificateStore,
  { ids, submittedAt }: OpenJob,
  signal: AbortSignal,
): Promise<FoundJob> {
  const [jobId] = ids;
  return jobId === undefined ? findJob(deployment, store, submittedAt, signal) : { is: "Found", jobId };
}

/** Reads how a job stands. The list of those that wait comes first: one that is picked up in between has a row then. */
export async function standing(command: Jobs, jobId: string, submittedAt: Date, signal: AbortSignal): Promise<Told> {
  const { client, facts } = command;
  const told = await ifAllowed(runsOfJob(client, jobId, signal));
  if (told === "Denied") return { at: "Hidden", because: "Denied" };
  const now = standingOf(told);
  if (now.at !== "Waiting" || command.now().getTime() - submittedAt.getTime() < listedAfterMs) return now;
  for (const age of ["Shared", "Fresh"] as const) {
    const waiting = await ifAllowed(facts.scheduledJobs(age, signal));
    if (waiting === "Denied" || waiting.some(({ id }) => id === jobId)) return now;
  }
  const last = standingOf(await runsOfJob(client, jobId, signal));
  return last.at === "Waiting" ? { at: "Gone" } : last;
}
