import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lease } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, install, startControlPlane } from "../control-plane/index.ts";
import { before, FaultProxy, stall } from "../fault-proxy/index.ts";
import { toldByAudit } from "./leader-audit.ts";
import { endCase, handOver, startCase, takeOverMs } from "./leader-case.ts";
import { type Home, makeHome } from "./leader-home.ts";
import { holderOf, leaderOf, Replica, startMs, wallClockOff, keepLogs } from "./leader-replica.ts";
import { deployWeb, kubeconfigThrough, met } from "./shutdown-case.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ audit: "RequestResponse" });
  await install(plane);
});
const proxies: FaultProxy[] = [];
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await keepLogs(plane);
  await plane.stop();
});

// Each takes the 15 s of a lease, so they run side by side, each with a Lease and namespaces of its own.
describe.concurrent("replicas as processes", { timeout: 240_000 }, () => {
  it.each([
    { opener: "behind", off: -3, heir: "ahead" },
    { opener: "ahead", off: 3, heir: "behind" },
  ])(
    "a standby whose clock is $heir waits for a leader whose clock is $opener, and leaves its attempt alone once that is killed",
    async (clocks) => {
      const { opener, off, heir } = clocks;
      const home = await makeHome(plane, heir, [opener, heir], "1s");
      const proxy = await FaultProxy.start(plane);
      proxies.push(proxy);
      const kubeconfig = await kubeconfigThrough(proxy, plane, home, opener);
      const first = await Replica.start(plane, home.home, opener, { kubeconfig, preload: wallClockOff(off) });
      await leaderOf(plane, home.home, [first]);
      const next = await Replica.start(plane, home.home, heir, { preload: wallClockOff(-off) });
      await eventually("the standby to be warm", () => next.isWarm(), { withinMs: startMs });
      // More than the 15 s of the lease, whose renewTime is hours off for the standby.
      const holder = await holderOf(plane, home.home);
      await renewals(home, 8);
      expect(await holderOf(plane, home.home)).toBe(holder);
      const put = proxy.inject(before(stall), { method: "PATCH", path: "/secrets/placed" });
      await deployWeb(plane, home);
      await met(put);
      first.kill("SIGKILL");
      await leaderOf(plane, home.home, [next], takeOverMs);
      const isWritten = async (): Promise<boolean> => (await toldByAudit(plane, home)).writes > 0;
      await eventually("the delivery", isWritten, { withinMs: 60_000, everyMs: 500 });
      const { twice, erased, attempts } = await toldByAudit(plane, home);
      expect({ twice, erased, attempts }).toEqual({ twice: [], erased: [], attempts: 2 });
    },
  );

  it("two: the standby takes over within lease and retry time when the leader is killed with -9", async () => {
    const running = await startCase(plane, "kill", 2);
    const { leader, others } = running;
    const next = await handOver(running, others, () => leader.kill("SIGKILL"));
    const { twice, erased, leaders } = await endCase(running, { case: "kill -9", ms: next.ms });
    expect({ twice, erased }).toEqual({ twice: [], erased: [] });
    expect(leaders).toEqual([leader.user, next.leader.user]);
  });

  it("two: the standby takes over within one look when the leader obeys SIGTERM", async () => {
    const running = await startCase(plane, "term", 2);
    const { leader, others } = running;
    const next = await handOver(running, others, async () => {
      leader.kill("SIGTERM");
      expect(await leader.ended).toBe("exit code 0");
    });
    expect(next.ms).toBeLessThan(2_400 + 8_000);
    const { twice, erased, leaders } = await endCase(running, { case: "SIGTERM", ms: next.ms });
    expect({ twice, erased }).toEqual({ twice: [], erased: [] });
    expect(leaders).toEqual([leader.user, next.leader.user]);
  });

  it("three: the next takes over, and the next, when one leader after the other is killed with -9", async () => {
    const running = await startCase(plane, "three", 3);
    const { leader, others } = running;
    const second = await handOver(running, others, () => leader.kill("SIGKILL"));
    const rest = others.filter((one) => one !== second.leader);
    const third = await handOver(running, rest, () => second.leader.kill("SIGKILL"));
    const { twice, erased, leaders } = await endCase(running, { case: "kill -9, twice", ms: [second.ms, third.ms] });
    expect({ twice, erased }).toEqual({ twice: [], erased: [] });
    expect(leaders).toEqual([leader.user, second.leader.user, third.leader.user]);
  });

  it("the leader, stopped with SIGSTOP for 20 s, ends at once when it goes on, and writes no place and no record any more", async () => {
    const running = await startCase(plane, "stop", 2);
    const { leader, others } = running;
    const next = await handOver(running, others, () => leader.kill("SIGSTOP"));
    await sleep(20_000 - next.ms);
    const resumed = new Date();
    leader.kill("SIGCONT");
    expect(await leader.ended).toBe("exit code 1");
    const endedMs = Date.now() - resumed.getTime();
    expect(endedMs).toBeLessThan(6_000);
    expect(await leader.told("the operator ends")).toMatchObject([{ err: { name: "LeadershipLost" } }]);
    const { twice, erased, leaders } = await endCase(running, { case: "SIGSTOP", ms: next.ms, endedMs });
    expect({ twice, erased }).toEqual({ twice: [], erased: [] });
    expect(leaders).toEqual([leader.user, next.leader.user]);
    const late = await plane.audit.writes({ user: leader.user, since: resumed });
    // An event of what it saved before it stood still is true whoever leads.
    expect(late.filter(({ code, resource }) => code < 300 && resource !== "events")).toEqual([]);
  });

  it("the leader whose lease is stolen ends within one look, and a standby leads when the thief does not renew it", async () => {
    const running = await startCase(plane, "thief", 2);
    const { leader, others, home } = running;
    const spec = { holderIdentity: "thief", leaseDurationSeconds: 15, renewTime: "2030-01-01T00:00:00.000000Z" };
    const patch = ["patch", "lease", "certferry", "-n", home.home, "--type=merge", "-p", JSON.stringify({ spec })];
    let endedMs = 0;
    const next = await handOver(running, others, async () => {
      await plane.kubectl(patch);
      const stolen = performance.now();
      expect(await holderOf(plane, home.home)).toBe("thief");
      expect(await leader.ended).toBe("exit code 1");
      endedMs = Math.round(performance.now() - stolen);
      expect(endedMs).toBeLessThan(2_000 + 6_000);
    });
    const { twice, erased, leaders } = await endCase(running, { case: "stolen", ms: next.ms, endedMs });
    expect({ twice, erased }).toEqual({ twice: [], erased: [] });
    expect(leaders).toEqual([leader.user, next.leader.user]);
  });
});

async function renewals({ home }: Home, count: number): Promise<void> {
  const versions = new Set<string | undefined>();
  await eventually(
    `${count} renewals`,
    async () => {
      const ref = { namespace: home, name: "certferry" };
      const lease = await plane.client.get(Lease, ref, { signal: AbortSignal.timeout(5_000) });
      return versions.add(lease.metadata.resourceVersion).size > count;
    },
    { withinMs: 60_000, everyMs: 500 },
  );
}
