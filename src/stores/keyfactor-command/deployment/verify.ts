import type { Desired, Followed, Observation, OpenJob } from "../../contract.ts";
import type { CertificateStore } from "../api/certificate-store.ts";
import { type JobRun, runsAtPath } from "../api/job-history.ts";
import { inventoryNow } from "../api/schedule-inventory.ts";
import type { Deployment } from "./deployment.ts";
import { ifAllowed } from "./job-reading.ts";
import { holds } from "./inventory.ts";
import { type JobState, writeJobState } from "./job-state.ts";
import { type Look, lookAt } from "./look.ts";
import { seenIn, shownByJob } from "./seen.ts";

/** A job that has ended without failure. */
export interface EndedJob {
  readonly job: OpenJob;
  readonly state: JobState & { readonly ended: Date };
  /** What the orchestrator said. */
  readonly said: string;
}

/**
 * Whether what the job brought is there. The inventory proves it, and changes only when an inventory job runs; a store without a
 * schedule for them has its job's end alone, or is inventoried once: with a schedule, asking for that would replace it.
 */
export async function verify(
  deployment: Deployment,
  store: CertificateStore,
  { job, state, said }: EndedJob,
  desired: Desired,
  signal: AbortSignal,
): Promise<Followed> {
  const { command, target } = deployment;
  const proof = target.verify ?? (store.isInventoried ? "Inventory" : "JobHistory");
  const runs = await ifAllowed(runsAtPath(command.client, store.path, signal));
  const look = await lookAt(deployment, desired, "Fresh", signal);
  if (isThere(deployment, look)) return { outcome: "Ended", seen: await seenIn(deployment, look, true, signal) };
  if (proof === "JobHistory" && state.warned === undefined) {
    return { outcome: "Ended", seen: shownByJob(deployment, look.leaf) };
  }
  if (runs !== "Denied" && runs.some((run) => isInventoryOf(store, run, state.ended)))
    return missing(store, state, said);
  const asks = !store.isInventoried && state.asked === undefined;
  if (asks) await inventoryNow(command.client, store.id, signal);
  const next = writeJobState({ ...state, ...(asks ? { asked: command.now() } : {}) });
  const message = `The job has ended; the inventory of ${store.path} on ${store.clientMachine}, which shows what came of it, has not run since.`;
  return { outcome: "Open", job: { ids: job.ids, state: next }, reason: "AwaitingInventory", message };
}

/** Where the account may not see jobs, or several could be this one, what the inventory shows is all there is. */
export async function byInventoryAlone(
  deployment: Deployment,
  job: OpenJob,
  desired: Desired,
  because: "Denied" | "Several",
  signal: AbortSignal,
): Promise<Followed> {
  const look = await lookAt(deployment, desired, "Fresh", signal);
  const why =
    because === "Denied"
      ? "The store's account may not read the history of jobs: grant a role of it the access rule /agents/management/read/ in Command"
      : "Several jobs in the certificate store could be this one";
  if (isThere(deployment, look)) {
    const seen: Observation = await seenIn(deployment, look, true, signal);
    return { outcome: "Ended", seen: { ...seen, note: `${why}; its inventory shows the certificate.` } };
  }
  const { path, isInventoried } = look.store;
  const until = isInventoried
    ? `the inventory of ${path} is waited for.`
    : `give ${path} an inventory schedule, or nothing shows what came of the job.`;
  const reason = because === "Denied" ? "JobHistoryDenied" : "JobAmbiguous";
  return { outcome: "Open", job, reason, message: `${why}; ${until}` };
}

function isThere(deployment: Deployment, { entry }: Look): boolean {
  return entry !== undefined && holds(entry, deployment);
}

function isInventoryOf(store: CertificateStore, run: JobRun, since: Date): boolean {
  const own = run.storePath === store.path && run.clientMachine === store.clientMachine;
  return own && /inventory/i.test(run.type) && run.endedAt !== undefined && (run.startedAt ?? since) > since;
}

function missing({ path, clientMachine }: CertificateStore, { warned }: JobState, said: string): Followed {
  const where = `${path} on ${clientMachine}`;
  if (warned === undefined) {
    const message = `The job ended well, and the inventory of ${where} that ran since does not show the certificate.`;
    return { outcome: "Failed", reason: "VerifyFailed", message };
  }
  const words = said === "" ? "" : ` The orchestrator said: ${said}`;
  const message = `The job ended with a warning, and the inventory of ${where} does not show the certificate.${words}`;
  return { outcome: "Failed", reason: "JobWarned", message };
}
