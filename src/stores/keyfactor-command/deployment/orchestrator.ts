import type { CertificateStore } from "../api/certificate-store.ts";
import { runsAtPath } from "../api/job-history.ts";
import type { Jobs } from "./deployment.ts";
import { ifAllowed } from "./job-reading.ts";
import { newestOf } from "./job-standing.ts";

/** Who has to pick up a job: the machine that did so last, else what Command tells of the store. */
export async function orchestratorOf(
  { client }: Pick<Jobs, "client">,
  { path, clientMachine, agentId }: CertificateStore,
  signal: AbortSignal,
): Promise<string> {
  const runs = await ifAllowed(runsAtPath(client, path, signal));
  const own = runs === "Denied" ? [] : runs.filter((run) => run.clientMachine === clientMachine && run.agent !== "");
  const agent = newestOf(own)?.agent;
  if (agent !== undefined) return `the orchestrator ${agent}`;
  return agentId === undefined ? `the orchestrator that serves ${clientMachine}` : `the orchestrator ${agentId}`;
}
