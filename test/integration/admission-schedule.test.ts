import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { Admission } from "./admission/index.ts";
import { deploymentOf } from "./admission/row.ts";

let admission: Admission;
beforeAll(async () => {
  admission = new Admission(sharedControlPlane(), await testNamespace("admission-schedule"));
});
afterAll(() => admission.close());

/** What the API server says to a deployment with this schedule, without storing it. */
function answer(schedule: object): Promise<string> {
  return admission.ask(deploymentOf({ schedule }), "tried");
}

function withWindow(more: object): Promise<string> {
  return answer({ windows: [{ cron: "0 2 * * 6", windowDuration: "2h", ...more }] });
}

describe("a cron pattern", () => {
  it.each([
    "0,30 1-4 1,15 JAN-MAR/2 MON-FRI",
    "00 02 01 01 0",
    "*/59 */23 */31 */12 */7",
    "59 23 31 12 7",
    "0  2 * * SAT,SUN",
  ])("is taken as %s", async (cron) => {
    expect(await withWindow({ cron })).toBe("taken");
  });

  it.each([
    "0 0 2 * * 6",
    "0 2 * *",
    "@daily",
    "60 2 * * *",
    "0 24 * * *",
    "0 2 0 * *",
    "0 2 * 13 *",
    "0 2 * * 8",
    "0 2 L * *",
    "0 2 * * 6#1",
    "0 2 15W * *",
    "0 2 ? * *",
    "0 2 * * sat",
    "*/0 2 * * *",
    "5/15 2 * * *",
    " 0 2 * * *",
    "0 2 * * *\n",
  ])("is refused as %j", async (cron) => {
    expect(await withWindow({ cron })).toContain("must be five cron fields");
  });
});

describe("a time zone", () => {
  it.each(["UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "Australia/Lord_Howe", "CET"])(
    "is taken as %s",
    async (timezone) => {
      expect(await withWindow({ timezone })).toBe("taken");
    },
  );

  it.each([
    [
      "Europe/Nowhere",
      "unknown time zone Europe/Nowhere evaluating rule: must be the name of an IANA time zone, as Europe/Rome",
    ],
    ["../etc/passwd", "in body should match"],
  ])("is refused as %s", async (timezone, words) => {
    expect(await withWindow({ timezone })).toContain(words);
  });
});

describe("a schedule", () => {
  it("takes eight windows, and refuses nine", async () => {
    const windows = (count: number): object => ({
      windows: Array.from({ length: count }, () => ({ cron: "* * * * *", windowDuration: "1h30m" })),
    });
    expect(await answer(windows(8))).toBe("taken");
    expect(await answer(windows(9))).toContain("must have at most 8 items");
  });

  it("takes runAt with any offset, and refuses it without one", async () => {
    expect(await answer({ runAt: "2027-03-01T22:00:00+01:00" })).toBe("taken");
    expect(await answer({ runAt: "2027-03-01T22:00:00" })).toContain("must be of type date-time");
  });
});
