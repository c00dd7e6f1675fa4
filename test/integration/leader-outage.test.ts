import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, install, startControlPlane } from "../control-plane/index.ts";
import { endCase, startCase, takeOverMs } from "./leader-case.ts";
import { leaderOf, keepLogs } from "./leader-replica.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ audit: "RequestResponse" });
  await install(plane);
});
afterAll(async () => {
  await keepLogs(plane);
  await plane.stop();
});

describe("replicas as processes, when the API server is away for longer than the lease", () => {
  it("both come back, and exactly one leads", { timeout: 240_000 }, async () => {
    const running = await startCase(plane, "outage", 2);
    const { leader, others, home, workload } = running;
    await workload.rounds(3);
    const stopped = performance.now();
    await plane.stopApiServer();
    expect(await leader.ended).toBe("exit code 1");
    const endedMs = Math.round(performance.now() - stopped);
    expect(endedMs).toBeGreaterThan(5_000);
    expect(endedMs).toBeLessThan(10_000 + 6_000);
    const again = leader.again();
    await sleep(18_000 - endedMs);
    expect(again.running).toBe(true);
    const started = performance.now();
    await plane.startApiServer();
    const next = await leaderOf(plane, home.home, [again, ...others], takeOverMs);
    const ms = Math.round(performance.now() - started);
    await workload.rounds(6);
    const { twice, erased, leaders } = await endCase(running, { case: "API server away", endedMs, ms });
    expect({ twice, erased }).toEqual({ twice: [], erased: [] });
    expect([again.running, ...others.map((one) => one.running)]).toEqual([true, true]);
    expect(leaders.slice(leaders.indexOf(next.user))).toEqual([next.user]);
  });
});
