import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

/** `POST /OrchestratorJobs/Unschedule`: takes jobs back that nobody has picked up, and says nothing of others. */
export async function unschedule(client: CommandClient, jobIds: readonly string[], signal: AbortSignal): Promise<void> {
  await client.call(
    {
      method: "POST",
      path: "/OrchestratorJobs/Unschedule",
      body: { JobIds: jobIds },
      doing: "unschedule a job",
      rights: [rights.modifyAgents],
      unauthorized: "Answer",
    },
    signal,
  );
}
