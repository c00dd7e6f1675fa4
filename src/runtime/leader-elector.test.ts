import { describe, expect, it } from "vitest";
import { KubeError, type Lease } from "../kube/index.ts";
import { aborted } from "./aborted.ts";
import { LeaderElector, LeadershipLost } from "./leader-elector.ts";
import { defaultDurations } from "./lease-state.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

/** One lease under optimistic concurrency, and ways to let it fail. */
class LeaseServer {
  lease: Lease | undefined;
  failing = false;
  hanging = false;
  /** Answers are held back until it resolves; what was asked has been done. */
  held: Promise<void> | undefined;
  #version = 0;

  readonly client = {
    get: (_: unknown, __: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
      this.#answer(signal, () => {
        if (this.lease === undefined) throw new KubeError("NotFound", "no lease", { status: 404 });
        return this.lease;
      }),
    create: (_: unknown, lease: object, { signal }: { signal: AbortSignal }): Promise<never> =>
      this.#answer(signal, () => {
        if (this.lease !== undefined) throw new KubeError("AlreadyExists", "there is a lease", { status: 409 });
        return this.put(lease as Lease);
      }),
    replace: (_: unknown, lease: object, { signal }: { signal: AbortSignal }): Promise<never> =>
      this.#answer(signal, () => {
        const { metadata } = lease as Lease;
        const current = this.lease?.metadata.resourceVersion;
        if (metadata.resourceVersion !== current) throw new KubeError("Conflict", "it has changed", { status: 409 });
        return this.put(lease as Lease);
      }),
  };

  get holder(): string | undefined {
    return this.lease?.spec?.holderIdentity;
  }

  put(lease: Lease): Lease {
    this.#version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
    return this.lease;
  }

  heldBy(holderIdentity: string, renewTime?: string): void {
    const metadata = { name: "certferry", namespace: "system" };
    const spec = { holderIdentity, leaseDurationSeconds: 15, ...(renewTime !== undefined && { renewTime }) };
    this.put({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec });
  }

  async #answer(signal: AbortSignal, act: () => Lease): Promise<never> {
    if (this.hanging) {
      await aborted(signal);
      throw new KubeError("Aborted", "aborted");
    }
    if (this.failing) throw new KubeError("ServiceUnavailable", "etcd is away", { status: 503 });
    const answer = act();
    if (this.held !== undefined) await Promise.race([this.held, aborted(signal)]);
    if (signal.aborted) throw new KubeError("Aborted", "aborted");
    return answer as never;
  }
}

const log = createLogger({ level: "error", destination: { write: () => {} } });

function candidate(server: LeaseServer, clock: ManualClock, identity = "me", durations = defaultDurations) {
  const stop = new AbortController();
  const metrics = createMetrics();
  const { client } = server;
  const lease = { client, namespace: "system", name: "certferry", durations };
  const elector = new LeaderElector({ ...lease, identity, metrics, log, clock });
  const state = { leading: false, lost: false };
  const finish = Promise.withResolvers<void>();
  const running = elector.run(stop.signal, async (lost) => {
    state.leading = true;
    lost.addEventListener("abort", () => (state.lost = true));
    await finish.promise;
  });
  running.catch(() => {});
  return { elector, metrics, state, stop, finish, running };
}

describe("leader election", () => {
  it("takes a lease that nobody holds, and gives it back when its work has ended", async () => {
    const server = new LeaseServer();
    const { elector, metrics, state, finish, running } = candidate(server, new ManualClock());
    await settle();
    expect([server.holder, state.leading, elector.holds()]).toEqual(["me", true, true]);
    expect(await metrics.registry.getSingleMetricAsString("leader_election_master_status")).toContain(
      'leader_election_master_status{name="certferry"} 1',
    );
    finish.resolve();
    await running;
    expect([server.holder, elector.holds(), elector.check()]).toEqual(["", false, undefined]);
    expect(await metrics.registry.getSingleMetricAsString("leader_election_master_status")).toContain(
      'leader_election_master_status{name="certferry"} 0',
    );
  });

  it("waits while another one renews, and takes over 15 s after the last renewal it saw", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    server.heldBy("other");
    const { state } = candidate(server, clock);
    await clock.advance(14_000);
    server.heldBy("other");
    await clock.advance(15_000);
    expect(state.leading).toBe(false);
    await clock.advance(4_000);
    expect([state.leading, server.holder]).toEqual([true, "me"]);
  });

  it("takes over at the very time at which the lease that it saw runs out", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    server.heldBy("other");
    const { state } = candidate(server, clock);
    await clock.advance(14_999);
    expect(state.leading).toBe(false);
    await clock.advance(1);
    expect([state.leading, server.holder]).toEqual([true, "me"]);
  });

  it.each([
    ["three hours ago", "2026-01-01T09:00:00.000000Z"],
    ["in three hours", "2026-01-01T15:00:00.000000Z"],
  ])("goes by its own clock alone when another one, whose clock is wrong, says it renewed %s", async (_, renewTime) => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    server.heldBy("other", renewTime);
    const { state } = candidate(server, clock);
    await clock.advance(14_000);
    server.heldBy("other", renewTime);
    await clock.advance(14_999);
    expect(state.leading).toBe(false);
    await clock.advance(2_201);
    expect(state.leading).toBe(true);
  });

  it("has lost the lease as soon as it goes on after it stood still for 20 s", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { elector, state, running } = candidate(server, clock);
    await clock.advance(1_000);
    clock.stall(20_000);
    // Before anything else has run: what is about to write asks this first.
    expect([elector.holds(), elector.check()]).toEqual([false, "the lease is lost, and this process has not ended"]);
    await clock.advance(0);
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect(state.lost).toBe(true);
  });

  it("does not take a renewal that was answered before it stood still for one that counts now", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { state, running } = candidate(server, clock);
    await settle();
    const answer = Promise.withResolvers<void>();
    server.held = answer.promise;
    await clock.advance(2_000);
    clock.stall(20_000);
    answer.resolve();
    await settle();
    expect(state.lost).toBe(true);
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
  });

  it("does not lead on a lease that it took before it stood still", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const answer = Promise.withResolvers<void>();
    server.held = answer.promise;
    const { state } = candidate(server, clock);
    await settle();
    clock.stall(20_000);
    answer.resolve();
    await settle();
    expect(state.leading).toBe(false);
    await clock.advance(2_200);
    expect(state.leading).toBe(true);
  });

  it("keeps the lease through breaks that are shorter than 10 s less two looks", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { elector, state } = candidate(server, clock);
    await settle();
    for (let breaks = 0; breaks < 5; breaks += 1) {
      server.failing = true;
      await clock.advance(5_900);
      server.failing = false;
      await clock.advance(5_000);
    }
    expect([state.lost, elector.holds()]).toEqual([false, true]);
  });

  it("loses the lease 10 s after the last renewal, and does not wait for the work to end", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { elector, state, running } = candidate(server, clock);
    await settle();
    server.failing = true;
    await clock.advance(9_000);
    expect([state.lost, elector.holds()]).toEqual([false, true]);
    await clock.advance(1_000);
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect([state.lost, elector.holds(), server.holder]).toEqual([true, false, "me"]);
  });

  it("loses the lease on time when that comes between two looks", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { state } = candidate(server, clock, "me", { ...defaultDurations, retryMs: 3_000 });
    await settle();
    server.failing = true;
    await clock.advance(9_999);
    expect(state.lost).toBe(false);
    await clock.advance(1);
    expect(state.lost).toBe(true);
  });

  it("loses the lease in the same time when the API server does not answer at all", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { state, running } = candidate(server, clock);
    await settle();
    server.hanging = true;
    await clock.advance(10_000);
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect(state.lost).toBe(true);
  });

  it("loses the lease at the next look when another one has taken it", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { elector, running } = candidate(server, clock);
    await settle();
    server.heldBy("thief");
    await clock.advance(2_000);
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect([elector.holds(), server.holder]).toEqual([false, "thief"]);
  });

  it("takes the lease anew when somebody has deleted it", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const { state } = candidate(server, clock);
    await settle();
    server.lease = undefined;
    await clock.advance(2_000);
    expect([state.lost, server.holder]).toEqual([false, "me"]);
  });

  it("gives the lease back when the work has failed, and fails as it did", async () => {
    const server = new LeaseServer();
    const { finish, running } = candidate(server, new ManualClock());
    await settle();
    finish.reject(new Error("a bug"));
    await expect(running).rejects.toThrow("a bug");
    expect(server.holder).toBe("");
  });

  it("never leads when it is stopped while it waits", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    server.heldBy("other");
    const { state, stop, running } = candidate(server, clock);
    await clock.advance(1_000);
    stop.abort();
    await running;
    expect([state.leading, server.holder]).toEqual([false, "other"]);
  });

  it("gives back a lease that it took without hearing of it, when it is stopped meanwhile", async () => {
    const server = new LeaseServer();
    server.held = Promise.withResolvers<void>().promise;
    const { state, stop, running } = candidate(server, new ManualClock());
    await settle();
    expect([state.leading, server.holder]).toEqual([false, "me"]);
    server.held = undefined;
    stop.abort();
    await running;
    expect([state.leading, server.holder]).toEqual([false, ""]);
  });

  it("has one leader among two who both want the lease", async () => {
    const server = new LeaseServer();
    const clock = new ManualClock();
    const one = candidate(server, clock, "one");
    const two = candidate(server, clock, "two");
    await clock.advance(60_000);
    expect([one.state.leading, two.state.leading, server.holder]).toEqual([true, false, "one"]);
    one.finish.resolve();
    await one.running;
    await clock.advance(2_200);
    expect([two.state.leading, server.holder]).toEqual([true, "two"]);
  });
});
