import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, target, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "admission-schedule");
});

/** What the API server says to a deployment, without storing it. */
async function answer(spec: object): Promise<string> {
  const input = JSON.stringify(deployment(world.home, "tried", [target("one", world.away, "web")], spec));
  const args = ["apply", "--server-side", "--dry-run=server", "-f", "-"];
  return world.plane.kubectl(args, { input }).then(
    () => "taken",
    (error: unknown) => String(error),
  );
}

const night = { cron: "0 2 * * 6", windowDuration: "2h", timezone: "Europe/Rome" };

function withWindow(more: object): Promise<string> {
  return answer({ schedule: { windows: [{ ...night, ...more }] } });
}

describe("a schedule is taken at admission", () => {
  it.each<[string, object]>([
    ["a time alone", { runAt: "2027-03-01T22:00:00+01:00" }],
    ["windows alone, in UTC", { windows: [{ cron: "*/15 2 * * *", windowDuration: "15m" }] }],
    [
      "all of it, eight windows",
      { runAt: "2027-03-01T22:00:00Z", windows: Array.from({ length: 8 }, () => night), urgentBeforeExpiry: "72h" },
    ],
  ])("%s", async (_, schedule) => {
    expect(await answer({ schedule })).toBe("taken");
  });

  it.each([
    "0,30 1-4 1,15 JAN-MAR/2 MON-FRI",
    "00 02 01 01 0",
    "*/59 */23 */31 */12 */7",
    "59 23 31 12 7",
    "0  2 * * SAT,SUN",
  ])("the pattern %s", async (cron) => {
    expect(await withWindow({ cron })).toBe("taken");
  });

  it.each(["UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "Australia/Lord_Howe", "CET"])(
    "the zone %s",
    async (timezone) => {
      expect(await withWindow({ timezone })).toBe("taken");
    },
  );

  it.each(["15m", "168h", "1h30m"])("a window of %s", async (windowDuration) => {
    expect(await withWindow({ windowDuration })).toBe("taken");
  });
});

describe("a schedule is refused at admission", () => {
  it.each<[string, object, string]>([
    ["nothing in it", {}, "runAt or windows must be set"],
    ["only urgentBeforeExpiry", { urgentBeforeExpiry: "72h" }, "runAt or windows must be set"],
    ["no window in the list", { windows: [] }, "should have at least 1 items"],
    ["nine windows", { windows: Array.from({ length: 9 }, () => night) }, "must have at most 8 items"],
    ["a time without a zone", { runAt: "2027-03-01T22:00:00" }, "must be of type date-time"],
    ["urgent within seconds", { runAt: "2027-03-01T22:00:00Z", urgentBeforeExpiry: "59s" }, "must be at least 1m"],
  ])("%s", async (_, schedule, words) => {
    expect(await answer({ schedule })).toContain(words);
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
  ])("the pattern %j", async (cron) => {
    expect(await withWindow({ cron })).toContain("must be five cron fields");
  });

  it.each([
    [
      "Europe/Nowhere",
      "unknown time zone Europe/Nowhere evaluating rule: must be the name of an IANA time zone, as Europe/Rome",
    ],
    ["Local", "must be the name of an IANA time zone, as Europe/Rome"],
    ["+01:00", "should match"],
    ["../etc/passwd", "should match"],
  ])("the zone %s", async (timezone, words) => {
    expect(await withWindow({ timezone })).toContain(words);
  });

  it.each([
    ["14m59s", "must be at least 15m"],
    ["168h1s", "windowDuration must be at most 168h"],
  ])("a window of %s", async (windowDuration, words) => {
    expect(await withWindow({ windowDuration })).toContain(words);
  });
});

describe("a rollout", () => {
  it.each<[string, object, string]>([
    ["of everything unset", {}, "taken"],
    ["of 64 at a time", { maxParallel: 64, stopOnFailure: true }, "taken"],
    ["of none at a time", { maxParallel: 0 }, "should be greater than or equal to 1"],
    ["of more than there can be", { maxParallel: 65 }, "should be less than or equal to 64"],
  ])("%s", async (_, rollout, words) => {
    expect(await answer({ rollout })).toContain(words);
  });
});
