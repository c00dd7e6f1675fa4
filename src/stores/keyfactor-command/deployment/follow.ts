import type { CertificateStore } from "../api/certificate-store.ts";
import type { Desired, Followed, Observation, OpenJob } from "../../contract.ts";
import type { Deployment } from "./deployment.ts";
import { secretsOf } from "./entry.ts";
import { isOutdated } from "./due.ts";
import { type JobState, readJobState, writeJobState } from "./job-state.ts";
import type { Standing } from "./job-standing.ts";
import { observe } from "./observe.ts";
import { orchestratorWords } from "./orchestrator-words.ts";
import { orchestratorOf } from "./orchestrator.ts";
import { jobOf, standing, type Told } from "./standing.ts";
import { byInventoryAlone, type EndedJob, verify } from "./verify.ts";

/** Looks at a job of Command's, and when it has ended at what came of it. */
export async function follow(
  deployment: Deployment,
  job: OpenJob,
  desired: Desired,
  signal: AbortSignal,
): Promise<Followed> {
  const state = readJobState(job.state);
  const { command, target } = deployment;
  const store = await command.facts.store(target.storeId.toLowerCase(), signal);
  const finish = (ended: EndedJob): Promise<Followed> =>
    state.certificate === deployment.thumbprint
      ? verify(deployment, store, ended, desired, signal)
      : anotherEnded(deployment, state, desired, signal);
  if (state.ended !== undefined) return finish({ job, state: { ...state, ended: state.ended }, said: "" });
  const { told, known } = await askFor(deployment, store, job, signal);
  if (told.at === "Hidden") return byInventoryAlone(deployment, known, desired, told.because, signal);
  if (told.at !== "Ended") return underWay(deployment, store, known, state, told, signal);
  const ended = told.endedAt ?? command.now();
  const warned = told.success ? undefined : true;
  const after = { ...state, step: "AwaitingInventory", ended, warned } as const;
  return finish({ job: known, state: after, said: told.message });
}

/** What it has placed is not what is wanted now, and need not be proven: the place is looked at anew. */
async function anotherEnded(
  deployment: Deployment,
  { certificate }: JobState,
  desired: Desired,
  signal: AbortSignal,
): Promise<Followed> {
  const seen: Observation = await observe(
    { ...deployment, before: placedBy(deployment, certificate) },
    desired,
    signal,
  );
  return { outcome: "Ended", seen };
}

/** What a job that has ended has placed, as far as that is known without an inventory. */
export function placedBy({ target, before }: Deployment, thumbprint: string): Deployment["before"] {
  const alias = target.alias ?? before?.alias;
  return alias === undefined ? undefined : { alias, thumbprint, shownBy: "JobHistory" };
}

async function askFor(
  deployment: Deployment,
  store: CertificateStore,
  job: OpenJob,
  signal: AbortSignal,
): Promise<{ readonly told: Told; readonly known: OpenJob }> {
  const found = await jobOf(deployment, store, job, signal);
  if (found.is === "None") return { told: { at: "Waiting" }, known: job };
  if (found.is !== "Found") return { told: { at: "Hidden", because: found.is }, known: job };
  const { jobId } = found;
  const told = await standing(deployment.command, jobId, job.submittedAt, signal);
  return { told: fitToShow(deployment, told), known: { ...job, ids: [jobId] } };
}

function fitToShow(deployment: Deployment, told: Told): Told {
  return "message" in told ? { ...told, message: orchestratorWords(told.message, secretsOf(deployment)) } : told;
}

async function underWay(
  deployment: Deployment,
  store: CertificateStore,
  { ids, submittedAt }: OpenJob,
  state: JobState,
  told: Exclude<Standing, { at: "Ended" }> | { readonly at: "Gone" },
  signal: AbortSignal,
): Promise<Followed> {
  const { command } = deployment;
  const where = `${store.path} on ${store.clientMachine}`;
  switch (told.at) {
    case "Waiting": {
      const who = await orchestratorOf(command, store, signal);
      const message = `The job for ${where} waits for ${who} to pick it up.`;
      const idleSince = state.due ?? submittedAt;
      const outdated = isOutdated(deployment, state) ? ({ outdated: true } as const) : {};
      return { ...open(ids, { ...state, step: "Waiting" }), reason: "JobSubmitted", message, idleSince, ...outdated };
    }
    case "Running": {
      const message = `The orchestrator ${told.agent} is at it: ${where}.`;
      return { ...open(ids, { ...state, step: "Running" }), reason: "JobRunning", message };
    }
    case "WillRetry": {
      const message = `The job for ${where} failed, and its orchestrator tries it again. It said: ${told.message}`;
      return { ...open(ids, { ...state, step: "WillRetry" }), reason: "JobWillRetry", message };
    }
    case "Failed": {
      const message = `The job for ${where} failed. The orchestrator said: ${told.message}`;
      return { outcome: "Failed", reason: "JobFailed", message };
    }
    case "Gone": {
      const message = `Command has the job for ${where} no more: it was unscheduled there before anybody began it.`;
      return { outcome: "Failed", reason: "JobFailed", message };
    }
  }
}

function open(ids: readonly string[], state: JobState) {
  return { outcome: "Open", job: { ids, state: writeJobState(state) } } as const;
}
