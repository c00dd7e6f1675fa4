import type { CertificateStore } from "../api/certificate-store.ts";
import { runsSince } from "../api/job-history.ts";
import { scheduledJobs } from "../api/scheduled-jobs.ts";
import type { Deployment } from "./deployment.ts";
import { ifAllowed } from "./job-reading.ts";
import { earliest, type LostJob, lostJobIn } from "./lost-job.ts";

/** `Denied` where the account may not read jobs; `Several` also where there are more runs than are read. */
export type FoundJob = LostJob | { readonly is: "Denied" };

/** Looks for the job that a write since then has left. */
export async function findJob(
  { command, address }: Pick<Deployment, "command" | "address">,
  store: CertificateStore,
  since: Date,
  signal: AbortSignal,
): Promise<FoundJob> {
  const { client, receipts } = command;
  // In this order: a job that is picked up in between is seen in both.
  const scheduled = await ifAllowed(scheduledJobs(client, signal));
  if (scheduled === "Denied") return { is: "Denied" };
  const runs = await ifAllowed(runsSince(client, store.path, earliest(since), signal));
  if (runs === "Denied") return { is: "Denied" };
  if (runs === "TooMany") return { is: "Several" };
  return lostJobIn({ store, since, scheduled, runs, ofOthers: receipts.ofOthers(address) });
}
