import type { Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import type { HistoryRow } from "../model/job.ts";
import type { Listing } from "../query/page.ts";

/** Fields of A.5 [D], and the one that vendors' clients sort by (A.9 [K]). */
const listing: Listing<HistoryRow> = {
  prefix: "pq",
  fields: [
    "JobHistoryId",
    "Agent",
    "JobId",
    "Result",
    "Status",
    "JobType",
    "Message",
    "OperationStart",
    "OperationEnd",
    "TargetPath",
  ],
  sortedBy: "JobHistoryId",
  row: (row) => ({
    JobHistoryId: row.JobHistoryId,
    Agent: row.AgentMachine,
    JobId: row.JobId,
    Result: row.Result,
    Status: row.Status,
    JobType: row.JobType,
    Message: row.Message,
    OperationStart: new Date(row.OperationStart),
    OperationEnd: row.OperationEnd === null ? null : new Date(row.OperationEnd),
    TargetPath: row.StorePath,
  }),
};

/** A row for each run of a job; none until an orchestrator has picked it up (A.9 [O][K]). */
export const jobHistory: Endpoint = {
  method: "GET",
  path: "/OrchestratorJobs/JobHistory",
  handle: (call) => {
    // Another area than that of Add, and often missing (A.3 [S][D][K]).
    call.requires("/agents/management/read/");
    return ok(call.page(call.command.jobs.history, listing));
  },
};
