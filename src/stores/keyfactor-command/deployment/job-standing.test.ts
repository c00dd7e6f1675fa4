import { describe, expect, it } from "vitest";
import type { JobRun } from "../api/job-history.ts";
import { standingOf } from "./job-standing.ts";

const end = new Date("2026-11-22T03:00:05Z");

function run(status: number, result: number, id = 901, message?: string): JobRun {
  return {
    id,
    jobId: "7b0c1d0e-93a4-4a6d-9f2a-9a3b7d1f0c55",
    type: "Management",
    agent: "uo1",
    storePath: "/opt/app/store.jks",
    clientMachine: "app1",
    startedAt: new Date("2026-11-22T03:00:01Z"),
    endedAt: status === 2 ? undefined : end,
    result,
    status,
    message,
  };
}

describe("a job, by its runs", () => {
  it("waits while it has none", () => {
    expect(standingOf([])).toEqual({ at: "Waiting" });
  });

  it.each([
    ["of which nothing is known", 0],
    ["that waits", 1],
    ["that is in process", 2],
  ])("is under way in a run %s, whatever its result says", (_, status) => {
    expect(standingOf([run(status, 0)])).toEqual({ at: "Running", agent: "uo1" });
    expect(standingOf([run(status, 4)])).toEqual({ at: "Running", agent: "uo1" });
  });

  it.each([
    ["completed", 3],
    ["acknowledged", 4],
  ])("has ended when it is %s", (_, status) => {
    expect(standingOf([run(status, 2)])).toEqual({ at: "Ended", success: true, message: "", endedAt: end });
    expect(standingOf([run(status, 4, 901, "no access")])).toEqual({ at: "Failed", message: "no access" });
  });

  it.each([
    ["a warning", 3],
    ["an unknown result", 0],
    ["the result that has no published name", 1],
  ])("has proven nothing with %s", (_, result) => {
    expect(standingOf([run(3, result, 901, "hm")])).toEqual({
      at: "Ended",
      success: false,
      message: "hm",
      endedAt: end,
    });
  });

  it("is run again after a failure that is no end", () => {
    expect(standingOf([run(5, 4, 901, "busy")])).toEqual({ at: "WillRetry", message: "busy" });
  });

  it("is what its newest run makes of it, in whatever order they come", () => {
    expect(standingOf([run(3, 2, 903), run(5, 4, 901), run(5, 4, 902)])).toMatchObject({ at: "Ended", success: true });
    expect(standingOf([run(5, 4, 901), run(2, 0, 902)])).toMatchObject({ at: "Running" });
  });
});
