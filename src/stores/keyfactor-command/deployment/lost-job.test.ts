import { describe, expect, it } from "vitest";
import type { JobRun } from "../api/job-history.ts";
import type { ScheduledJob } from "../api/scheduled-jobs.ts";
import { type JobsSince, lostJobIn } from "./lost-job.ts";

const store = { path: "/opt/app/store.jks", clientMachine: "app1" };
const since = new Date("2026-11-22T03:00:00Z");

function scheduled(id: string, more: Partial<ScheduledJob> = {}): ScheduledJob {
  const requestedAt = new Date("2026-11-22T03:00:01Z");
  return { id, storePath: store.path, clientMachine: "app1", type: "Management", requestedAt, ...more };
}

function run(jobId: string, more: Partial<JobRun> = {}): JobRun {
  const startedAt = new Date("2026-11-22T03:00:01Z");
  const known = {
    id: 1,
    jobId,
    type: "Management",
    agent: "uo1",
    storePath: store.path,
    clientMachine: "app1",
    startedAt,
  };
  return { ...known, endedAt: undefined, result: 0, status: 2, message: undefined, ...more };
}

function lost(jobs: Partial<JobsSince>): unknown {
  return lostJobIn({ store, since, scheduled: [], runs: [], ofOthers: new Set(), ...jobs });
}

describe("what a write without an answer has left", () => {
  it("is nothing where the store was given no job since", () => {
    expect(lost({})).toEqual({ is: "None" });
  });

  it("is the one job that waits, or has begun", () => {
    expect(lost({ scheduled: [scheduled("a")] })).toEqual({ is: "Found", jobId: "a" });
    expect(lost({ runs: [run("a")] })).toEqual({ is: "Found", jobId: "a" });
  });

  it("is one job where it was picked up between the two lists, or was run twice", () => {
    expect(lost({ scheduled: [scheduled("a")], runs: [run("a"), run("a", { id: 2 })] })).toEqual({
      is: "Found",
      jobId: "a",
    });
  });

  it("cannot be told where there are several", () => {
    expect(lost({ scheduled: [scheduled("a"), scheduled("b")] })).toEqual({ is: "Several" });
  });

  it("is none of the jobs that others were told of", () => {
    expect(lost({ scheduled: [scheduled("a"), scheduled("b")], ofOthers: new Set(["b"]) })).toEqual({
      is: "Found",
      jobId: "a",
    });
    expect(lost({ runs: [run("b")], ofOthers: new Set(["b"]) })).toEqual({ is: "None" });
  });

  it.each<[string, Partial<Pick<ScheduledJob, "storePath" | "clientMachine" | "type">>]>([
    ["of another store there", { storePath: "/opt/app/other.jks" }],
    ["of a store with that path on another machine", { clientMachine: "app2" }],
    ["of the inventory", { type: "Inventory" }],
  ])("is no job %s", (_, more) => {
    expect(lost({ scheduled: [scheduled("a", more)] })).toEqual({ is: "None" });
    expect(lost({ runs: [run("a", more)] })).toEqual({ is: "None" });
  });

  it("is no job from long before", () => {
    const before = new Date("2026-11-22T02:58:59Z");
    expect(lost({ scheduled: [scheduled("a", { requestedAt: before })] })).toEqual({ is: "None" });
    expect(lost({ runs: [run("a", { startedAt: before })] })).toEqual({ is: "None" });
  });

  it("allows for clocks that differ by less than a minute, and for times that Command does not tell", () => {
    expect(lost({ runs: [run("a", { startedAt: new Date("2026-11-22T02:59:01Z") })] })).toEqual({
      is: "Found",
      jobId: "a",
    });
    expect(lost({ runs: [run("a", { startedAt: undefined })] })).toEqual({ is: "Found", jobId: "a" });
  });
});
