import { afterEach, describe, expect, it } from "vitest";
import { aborted } from "./aborted.ts";
import { LeadershipLost } from "./leader-elector.ts";
import { createLogger } from "./log.ts";
import { Manager } from "./manager.ts";
import { Probes } from "./probes.ts";
import { settle } from "./testing/manual-clock.ts";

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
    health: () => [{ ...healthy, dead: informer.dead }],
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
    longestRunSeconds: 0,
    run: async (stopped: AbortSignal, abort: AbortSignal) => {
      told.push("controller runs");
      await aborted(stopped);
      told.push("controller stops");
      await Promise.race([ended.promise, aborted(abort)]);
      told.push(abort.aborted ? "controller aborted" : "controller ended");
    },
  };
  const elector = {
    run: async (signal: AbortSignal, lead: (lost: AbortSignal) => Promise<void>) => {
      if (signal.aborted) return;
      told.push("elected");
      await Promise.race([lead(lost.signal), aborted(lost.signal)]);
      lost.signal.throwIfAborted();
      told.push("lease released");
    },
  };
  const { elected = true, drainMs = 60_000 } = options;
  const manager = new Manager({ probes, log, drainMs, elector: elected ? elector : undefined });
  manager.addInformer(informer);
  manager.addController(controller);
  return { manager, probes, told, synced, ended, lost, informer, controller };
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
    const { manager, told, synced } = build({ drainMs: 1 });
    const running = manager.run(stop.signal);
    synced.resolve();
    await settle();
    stop.abort();
    await running;
    expect(told.slice(3)).toEqual(["controller stops", "controller aborted", "lease released", "informer ends"]);
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
    manager.addController({ name: "broken", run: () => Promise.reject(new Error("a bug")), longestRunSeconds: 0 });
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
    const manager = new Manager({ probes: new Probes(), log, drainMs: 60_000 });
    const running = manager.run(stop.signal).then(() => told.push("ended"));
    await settle();
    expect(told).toEqual([]);
    stop.abort();
    await running;
  });
});

describe("liveness", () => {
  it("fails on a watch that will not come back by itself", () => {
    const { probes, informer } = build();
    expect(probes.answer("/healthz")?.well).toBe(true);
    informer.dead = true;
    expect(probes.answer("/healthz/watches")?.text).toBe("[-]watches failed: dead: secrets\nhealthz check failed\n");
  });

  it("fails on a reconciliation that has taken longer than ten minutes", () => {
    const { probes, controller } = build();
    controller.longestRunSeconds = 600;
    expect(probes.answer("/healthz")?.well).toBe(true);
    controller.longestRunSeconds = 601;
    expect(probes.answer("/healthz/workers")?.text).toBe("[-]workers failed: stuck: imports\nhealthz check failed\n");
  });
});
