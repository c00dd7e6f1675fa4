import type { OpenJob } from "../../contract.ts";
import type { CertificateStore } from "../api/certificate-store.ts";
import { runsOfJob } from "../api/job-history.ts";
import { unschedule } from "../api/unschedule.ts";
import type { Deployment, Jobs } from "./deployment.ts";
import { ifAllowed } from "./job-reading.ts";
import { standingOf } from "./job-standing.ts";
import { deploymentAddress, readDeploymentKey } from "./place-key.ts";
import { jobOf } from "./standing.ts";

/** As `withdraw`, of a job whose place is known by its key alone. An import leaves no jobs. */
export async function withdrawFrom(command: Jobs, key: string, job: OpenJob, signal: AbortSignal): Promise<boolean> {
  const { installation, storeId, alias } = readDeploymentKey(key);
  const store = await command.facts.findStore(storeId, signal);
  // A store that Command knows no more has no jobs.
  if (store === undefined) return true;
  return withdraw({ command, address: deploymentAddress(installation, { storeId, alias }) }, store, job, signal);
}

/**
 * Takes back a job that nobody has begun. Command says nothing of a job that it cannot take back any more, so its history is
 * asked afterwards; false also where that may not be read.
 */
export async function withdraw(
  deployment: Pick<Deployment, "command" | "address">,
  store: CertificateStore,
  job: OpenJob,
  signal: AbortSignal,
): Promise<boolean> {
  const { client } = deployment.command;
  const found = await jobOf(deployment, store, job, signal);
  if (found.is !== "Found") return found.is === "None";
  const { jobId } = found;
  if ((await ifAllowed(unschedule(client, [jobId], signal))) === "Denied") return false;
  const runs = await ifAllowed(runsOfJob(client, jobId, signal));
  return runs !== "Denied" && ["Waiting", "WillRetry"].includes(standingOf(runs).at);
}
