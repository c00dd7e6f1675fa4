import type { JobRun } from "../api/job-history.ts";

/** What Command tells of a job by the rows of its history. `message` is as its orchestrator wrote it: see `orchestratorWords`. */
export type Standing =
  /** No orchestrator has picked it up. */
  | { readonly at: "Waiting" }
  | { readonly at: "Running"; readonly agent: string }
  /** Its last run failed, and it is run again. */
  | { readonly at: "WillRetry"; readonly message: string }
  | { readonly at: "Failed"; readonly message: string }
  /** Ended without failure; only a success is proof of anything. */
  | { readonly at: "Ended"; readonly success: boolean; readonly message: string; readonly endedAt: Date | undefined };

/** `Status`: 0 Unknown, 1 Waiting, 2 InProcess, 3 Completed, 4 Acknowledged, 5 CompletedWillRetry. */
const [completed, acknowledged, completedWillRetry] = [3, 4, 5];
/** `Result`: 0 Unknown, 2 Success, 3 Warning, 4 Failure; 1 has no published name. */
const [success, failure] = [2, 4];

/** One job has a row for each run, and the newest counts. Pure. */
export function standingOf(runs: readonly JobRun[]): Standing {
  const newest = newestOf(runs);
  if (newest === undefined) return { at: "Waiting" };
  const message = newest.message ?? "";
  if (newest.status === completedWillRetry) return { at: "WillRetry", message };
  if (newest.status !== completed && newest.status !== acknowledged) return { at: "Running", agent: newest.agent };
  if (newest.result === failure) return { at: "Failed", message };
  return { at: "Ended", success: newest.result === success, message, endedAt: newest.endedAt };
}

export function newestOf(runs: readonly JobRun[]): JobRun | undefined {
  return runs.reduce<JobRun | undefined>(
    (newest, run) => (newest !== undefined && newest.id > run.id ? newest : run),
    undefined,
  );
}
