import { afterEach, describe, expect, it } from "vitest";
import { aborted } from "./aborted.ts";
import type { UnderWay } from "./controller.ts";
import { LeadershipLost } from "./leader-elector.ts";
import { createLogger } from "./log.ts";
import { Manager } from "./manager.ts";
import { createMetrics } from "./metrics.ts";
import { Probes } from "./probes.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

const log = createLogger({ level: "error", destination: { write: () => {} } });

let stop = new AbortController();
afterEach(() => {
  stop = new AbortController();
});

/** A manager with one of each, and what they do in the order in which they do it. */
function build(options: { elected?: boolean; drainMs?: number } = {}) {
  const told: string[] = [];
  const probes = new Probes();
  const synced = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const lost = new AbortController();
  const informer = {
    type: { plural: "secrets" },
    hasSynced: false,
    dead: false,
    failures: 0,
    health: () => [{ ...healthy, dead: informer.dead, failures: informer.failures }],
    whenSynced: async (signal: AbortSignal) => {
      await Promise.race([synced.promise, aborted(signal)]);
      signal.throwIfAborted();
      informer.hasSynced = true;
    },
    run: async (signal: AbortSignal) => {
      told.push("informer runs");
      await aborted(signal);
      told.push("informer ends");
    },
  };
  const controller = {
    name: "imports",
    underWay: [] as UnderWay[],
    run: async (stopped: AbortSignal, abort: AbortSignal) => {
      told.push("controller runs");
      await aborted(stopped);
      told.push("controller stops");
      await Promise.race([ended.promise, aborted(abort)]);
      told.push(abort.aborted ? "controller aborted" : "controller ended");
    },
  };
  const elector = {
    check: (): string | undefined => undefined,
    run: async (signal: AbortSignal, lead: (lost: AbortSignal) => Promise<void>) => {
      if (signal.aborted) return;
      told.push("elected");
      await Promise.race([lead(lost.signal), aborted(lost.signal)]);
      lost.signal.throwIfAborted();
      told.push("lease released");
    },
  };
  const { elected = true, drainMs = 60_000 } = options;
  const clock = new ManualClock();
  const metrics = createMetrics();
  const manager = new Manager({ probes, metrics, log, drainMs, clock, elector: elected ? elector : undefined });
  manager.addInformer(informer);
  manager.addController(controller);
  return { manager, probes, metrics, clock, told, synced, ended, lost, informer, controller, elector };
}

const healthy = {
  namespace: undefined,
  phase: "Watching" as const,
  silentSeconds: 0,
  dead: false,
  failures: 0,
  lists: 1,
  watches: 1,
};

describe("a manager", () => {
  it("starts caches, waits for them, then leads; and stops in the opposite order", async () => {
    const { manager, told, synced, ended } = build();
    const running = manager.run(stop.signal);
    await settle();
    expect(told).toEqual(["informer runs"]);
    synced.resolve();
    await settle();
    expect(told).toEqual(["informer runs", "elected", "controller runs"]);
    stop.abort();
    await settle();
    expect(told.slice(3)).toEqual(["controller stops"]);
    ended.resolve();
    await running;
    expect(told.slice(4)).toEqual(["controller ended", "lease released", "informer ends"]);
  });

  it("is ready when the caches are filled, and says what it waits for until then", async () => {
    const { manager, probes, synced, ended } = build();
    const running = manager.run(stop.signal);
    await settle();
    expect(probes.answer("/readyz")).toEqual({
      well: false,
      text: "[-]caches failed: not listed yet: secrets\nreadyz check failed\n",
    });
    synced.resolve();
    await settle();
    expect(probes.answer("/readyz")?.well).toBe(true);
    stop.abort();
    ended.resolve();
    await running;
  });

  it("leads at once where there is no election", async () => {
    const { manager, told, synced, ended } = build({ elected: false });
    const running = manager.run(stop.signal);
    synced.resolve();
    ended.resolve();
    await settle();
    stop.abort();
    await running;
    expect(told).toEqual(["informer runs", "controller runs", "controller stops", "controller ended", "informer ends"]);
  });

  it("ends without leading when it is stopped before the caches are filled", async () => {
    const { manager, told } = build();
    const running = manager.run(stop.signal);
    await settle();
    stop.abort();
    await running;
    expect(told).toEqual(["informer runs", "informer ends"]);
  });

  it("aborts what is under way when the drain takes too long", async () => {
    const { manager, clock, told, synced } = build({ drainMs: 20_000 });
    const running = manager.run(stop.signal);
    synced.resolve();
    await settle();
    stop.abort();
    await clock.advance(19_999);
    expect(told.slice(3)).toEqual(["controller stops"]);
    await clock.advance(1);
    await running;
    expect(told.slice(3)).toEqual(["controller stops", "controller aborted", "lease released", "informer ends"]);
  });

  it("leaves behind what does not end though it was aborted, gives the lease back, and rejects with its name", async () => {
    const { manager, clock, told, synced, ended } = build({ drainMs: 20_000 });
    const never = Promise.withResolvers<void>();
    manager.addController({
      name: "hung",
      run: () => never.promise,
      underWay: [{ key: "shop/web#edge", seconds: 30 }],
    });
    const running = manager.run(stop.signal);
    running.catch(() => {});
    synced.resolve();
    ended.resolve();
    await settle();
    stop.abort();
    await clock.advance(21_999);
    expect(told).not.toContain("informer ends");
    await clock.advance(1);
    await expect(running).rejects.toThrow("reconciliations did not end when they were aborted: hung (shop/web#edge)");
    expect(told.at(-1)).toBe("informer ends");
  });

  it("aborts what is under way at once when the lease is lost, and rejects with that", async () => {
    const { manager, told, synced, lost } = build();
    const running = manager.run(stop.signal);
    synced.resolve();
    await settle();
    lost.abort(new LeadershipLost("lost"));
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect(told).toContain("controller aborted");
    expect(told).not.toContain("lease released");
  });

  it("stops the rest in order when something fails, and rejects with that", async () => {
    const { manager, told, synced, ended } = build();
    manager.addController({ name: "broken", run: () => Promise.reject(new Error("a bug")), underWay: [] });
    const running = manager.run(stop.signal);
    synced.resolve();
    ended.resolve();
    await expect(running).rejects.toThrow("a bug");
    expect(told.slice(3)).toEqual(["controller stops", "controller ended", "lease released", "informer ends"]);
  });
});

describe("a manager without controllers", () => {
  it("keeps its caches until it is stopped", async () => {
    const told: string[] = [];
    const manager = new Manager({ probes: new Probes(), metrics: createMetrics(), log, drainMs: 60_000 });
    const running = manager.run(stop.signal).then(() => told.push("ended"));
    await settle();
    expect(told).toEqual([]);
    stop.abort();
    await running;
  });
});

describe("readiness", () => {
  it("fails until the manager runs: a process that waits for the API server is not ready", () => {
    const probes = new Probes();
    void new Manager({ probes, metrics: createMetrics(), log, drainMs: 60_000 });
    expect(probes.answer("/readyz")?.text).toBe("[-]caches failed: not begun yet\nreadyz check failed\n");
  });
});

describe("liveness", () => {
  it("fails on a dead watch, one that will not come back by itself", () => {
    const { probes, informer } = build();
    expect(probes.answer("/healthz")?.well).toBe(true);
    informer.dead = true;
    expect(probes.answer("/healthz/watches")?.text).toBe("[-]watches failed: dead: secrets\nhealthz check failed\n");
  });

  it("fails on a reconciliation that has taken longer than ten minutes, and names it", () => {
    const { probes, controller } = build();
    controller.underWay = [{ key: "shop/web", seconds: 600 }];
    expect(probes.answer("/healthz")?.well).toBe(true);
    controller.underWay = [{ key: "shop/web", seconds: 601 }];
    expect(probes.answer("/healthz/workers")?.text).toBe(
      "[-]workers failed: stuck: imports (shop/web)\nhealthz check failed\n",
    );
  });

  it("does not fail on a reconciliation that waits for an API server that is away", () => {
    const { probes, controller, informer } = build();
    controller.underWay = [{ key: "shop/web", seconds: 3_600 }];
    informer.failures = 3;
    expect(probes.answer("/healthz")?.well).toBe(true);
  });

  it("fails on a lost lease that did not end the process", () => {
    const { probes, elector } = build();
    expect(probes.answer("/healthz/leader-election")?.well).toBe(true);
    elector.check = () => "the lease is lost, and this process has not ended";
    expect(probes.answer("/healthz/leader-election")?.text).toBe(
      "[-]leader-election failed: the lease is lost, and this process has not ended\nhealthz check failed\n",
    );
  });
});

describe("metrics", () => {
  it("tell how long runs under way have taken, and how long a watch has been silent", async () => {
    const { metrics, controller, informer } = build();
    controller.underWay = [
      { key: "shop/web", seconds: 40 },
      { key: "shop/api", seconds: 2.5 },
    ];
    informer.health = () => [
      { ...healthy, dead: false, silentSeconds: 20 },
      { ...healthy, dead: false, silentSeconds: 170 },
    ];
    const text = await metrics.registry.metrics();
    expect(text).toContain('workqueue_longest_running_processor_seconds{name="imports"} 40\n');
    expect(text).toContain('workqueue_unfinished_work_seconds{name="imports"} 42.5\n');
    expect(text).toContain('certferry_watch_silent_seconds{resource="secrets"} 170\n');
    controller.underWay = [];
    expect(await metrics.registry.metrics()).toContain(
      'workqueue_longest_running_processor_seconds{name="imports"} 0\n',
    );
  });
});
