import * as z from "zod";
import { members } from "../answer.ts";
import type { CommandClient } from "../client.ts";
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
  return runs(client, equals("JobId", jobId), signal);
}

/** As `runsOfJob`: the newest of all jobs at a path, which may be that of stores on several machines. */
export function runsAtPath(client: CommandClient, storePath: string, signal: AbortSignal): Promise<readonly JobRun[]> {
  return runs(client, equals("TargetPath", storePath), signal);
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
  const all: JobRun[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const more = await runs(client, equals("TargetPath", storePath), signal, page);
    all.push(...more);
    const oldest = more.at(-1);
    if (oldest === undefined || (oldest.startedAt !== undefined && oldest.startedAt < since)) return all;
  }
  return "TooMany";
}

async function runs(client: CommandClient, query: string, signal: AbortSignal, page = 1): Promise<readonly JobRun[]> {
  const rows = await client.page(
    {
      path: "/OrchestratorJobs/JobHistory",
      prefix: "pq",
      // The newest first: 1 is descending.
      query: {
        QueryString: query,
        SortField: "JobHistoryId",
        SortAscending: 1,
        ReturnLimit: 100,
        PageReturned: page,
      },
      row,
      doing: "read the history of its jobs",
      rights: [rights.readAgents],
      unauthorized: "Answer",
    },
    signal,
  );
  return rows.map((one) => ({
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
  }));
}
