import * as z from "zod";
import { members } from "../answer.ts";
import type { CommandClient, Listed } from "../client.ts";
import { equals } from "../query.ts";
import { rights } from "../rights.ts";
import { time } from "./time.ts";

const row = members({
  JobHistoryId: z.number(),
  AgentMachine: z.string().nullish(),
  JobId: z.string(),
  JobType: z.string().nullish(),
  OperationStart: time,
  OperationEnd: time,
  Message: z.string().nullish(),
  Result: z.int().nullish(),
  Status: z.int().nullish(),
  StorePath: z.string().nullish(),
  ClientMachine: z.string().nullish(),
});

/** One run of a job. */
export interface JobRun {
  /** `JobHistoryId`: grows. */
  readonly id: number;
  readonly jobId: string;
  readonly type: string;
  /** The orchestrator's machine. */
  readonly agent: string;
  readonly storePath: string;
  readonly clientMachine: string;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly result: number;
  readonly status: number;
  readonly message: string | undefined;
}

/** `GET /OrchestratorJobs/JobHistory` of one job: a row for each of its runs, and none until somebody has picked it up. */
export function runsOfJob(client: CommandClient, jobId: string, signal: AbortSignal): Promise<readonly JobRun[]> {
  return newest(client, equals("JobId", jobId), signal);
}

/** As `runsOfJob`: the newest of all jobs at a path, which may be that of stores on several machines. */
export function runsAtPath(client: CommandClient, storePath: string, signal: AbortSignal): Promise<readonly JobRun[]> {
  return newest(client, equals("TargetPath", storePath), signal);
}

/** Of pages of runs since a time: a path with more of them is not read to its end. */
const mostPages = 10;

/**
 * As `runsAtPath`, but all that have begun since then, and perhaps some before. `TooMany` where the history does not reach back so
 * far within what is read of it.
 */
export async function runsSince(
  client: CommandClient,
  storePath: string,
  since: Date,
  signal: AbortSignal,
): Promise<readonly JobRun[] | "TooMany"> {
  const runs: JobRun[] = [];
  let pages = 0;
  for await (const rows of client.pages(history(equals("TargetPath", storePath)), signal)) {
    runs.push(...rows.map(runOf));
    const oldest = runs.at(-1)?.startedAt;
    if (oldest !== undefined && oldest < since) return runs;
    pages += 1;
    if (pages === mostPages) return "TooMany";
  }
  return runs;
}

async function newest(client: CommandClient, query: string, signal: AbortSignal): Promise<readonly JobRun[]> {
  return (await client.page(history(query), signal)).map(runOf);
}

/** The newest first: 1 is descending. */
function history(query: string): Listed<typeof row> {
  return {
    path: "/OrchestratorJobs/JobHistory",
    prefix: "pq",
    query: { QueryString: query, SortField: "JobHistoryId", SortAscending: 1, ReturnLimit: 100 },
    row,
    doing: "read the history of its jobs",
    rights: [rights.readAgents],
    unauthorized: "Answer",
  };
}

function runOf(one: z.output<typeof row>): JobRun {
  return {
    id: one.JobHistoryId,
    jobId: one.JobId.toLowerCase(),
    type: one.JobType ?? "",
    agent: one.AgentMachine ?? "",
    storePath: one.StorePath ?? "",
    clientMachine: one.ClientMachine ?? "",
    startedAt: one.OperationStart,
    endedAt: one.OperationEnd,
    result: one.Result ?? 0,
    status: one.Status ?? 0,
    message: one.Message ?? undefined,
  };
}
