import * as z from "zod";
import { members } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";
import { time } from "./time.ts";

/** A job that no orchestrator has picked up yet. */
export interface ScheduledJob {
  readonly id: string;
  readonly clientMachine: string;
  readonly storePath: string;
  readonly type: string;
  readonly requestedAt: Date | undefined;
}

const row = members({
  Id: z.string(),
  ClientMachine: z.string().nullish(),
  Target: z.string().nullish(),
  JobType: z.string().nullish(),
  Requested: time,
});

/** `GET /OrchestratorJobs/ScheduledJobs`, all of them: which fields can be asked for is not known. */
export async function scheduledJobs(client: CommandClient, signal: AbortSignal): Promise<readonly ScheduledJob[]> {
  const path = "/OrchestratorJobs/ScheduledJobs";
  const rows = await client.list(
    { path, prefix: "pq", row, doing: "read its jobs", rights: [rights.readAgents], unauthorized: "Answer" },
    signal,
  );
  return rows.map((one) => ({
    id: one.Id.toLowerCase(),
    clientMachine: one.ClientMachine ?? "",
    storePath: one.Target ?? "",
    type: one.JobType ?? "",
    requestedAt: one.Requested,
  }));
}
