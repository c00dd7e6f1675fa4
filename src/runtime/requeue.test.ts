import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KubeError } from "../kube/index.ts";
import { Controller, type ControllerOptions } from "./controller.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

const stop = new AbortController();
afterEach(() => vi.useRealTimers());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-03-01T00:00:00Z") });
});

function start(reconcile: ControllerOptions["reconcile"]) {
  const clock = new ManualClock();
  const metrics = createMetrics();
  const log = createLogger({ level: "error", destination: { write: () => {} } });
  const controller = new Controller({ name: "test", workers: 1, reconcile, metrics, log, clock });
  void controller.run(stop.signal);
  const total = (name: string): Promise<string> => metrics.registry.getSingleMetricAsString(name);
  return { clock, controller, total };
}

describe("a controller", () => {
  it("runs a key again at the time that its run asked for", async () => {
    const runs: string[] = [];
    const { clock, controller, total } = start(({ key }) => {
      runs.push(key);
      return Promise.resolve(runs.length === 1 ? { requeueAt: new Date("2026-03-01T00:01:00Z") } : {});
    });
    controller.enqueue("a/b");
    await clock.advance(59_999);
    expect(runs).toEqual(["a/b"]);
    await clock.advance(1);
    expect(runs).toEqual(["a/b", "a/b"]);
    const text = await total("controller_runtime_reconcile_total");
    expect(text).toContain('{controller="test",result="requeue_after"} 1');
    expect(text).toContain('{controller="test",result="success"} 1');
  });

  it("runs a key at the time for which it was enqueued, also when the wall clock is set back meanwhile", async () => {
    const runs: string[] = [];
    const { clock, controller } = start(({ key }) => {
      runs.push(key);
      return Promise.resolve();
    });
    controller.enqueueAt("a/b", new Date("2026-03-01T00:00:10Z"));
    vi.setSystemTime("2026-02-28T00:00:00Z");
    await clock.advance(9_999);
    expect(runs).toEqual([]);
    await clock.advance(1);
    expect(runs).toEqual(["a/b"]);
  });

  it("runs a key at its time, also when the wall clock is set forward meanwhile, or the machine has slept", async () => {
    const runs: string[] = [];
    const { clock, controller } = start(({ key }) => {
      runs.push(key);
      return Promise.resolve();
    });
    controller.enqueueAt("due", new Date("2026-03-01T02:00:00Z"));
    controller.enqueueAt("later", new Date("2026-03-01T03:00:10Z"));
    await clock.advance(1_000);
    vi.setSystemTime("2026-03-01T03:00:00Z");
    await clock.advance(1_000);
    expect(runs).toEqual(["due"]);
    await clock.advance(8_000);
    expect(runs).toEqual(["due"]);
    await clock.advance(2_000);
    expect(runs).toEqual(["due", "later"]);
  });

  it("waits longer after each failure, and begins anew after a success", async () => {
    const at: number[] = [];
    const { clock, controller } = start(() => {
      at.push(clock.now());
      return at.length === 3 ? Promise.resolve() : Promise.reject(new Error("no luck"));
    });
    controller.enqueue("a/b");
    await clock.advance(1_000);
    expect(at).toEqual([0, 100, 300]);
    controller.enqueue("a/b");
    await clock.advance(150);
    expect(at.slice(3)).toEqual([1_000, 1_100]);
  });

  it("counts a conflict as a requeue and not as an error", async () => {
    const { controller, total } = start(() => Promise.reject(new KubeError("Conflict", "changed", { status: 409 })));
    controller.enqueue("a/b");
    await settle();
    expect(await total("controller_runtime_reconcile_total")).toContain('{controller="test",result="requeue"} 1');
    expect(await total("controller_runtime_reconcile_errors_total")).not.toContain("controller=");
  });

  it("knows how long its longest run has taken", async () => {
    const ends = new Map<string, () => void>();
    const clock = new ManualClock();
    const controller = new Controller({
      name: "test",
      workers: 2,
      reconcile: ({ key }) => new Promise<void>((resolve) => ends.set(key, resolve)),
      metrics: createMetrics(),
      log: createLogger({ level: "error", destination: { write: () => {} } }),
      clock,
    });
    void controller.run(stop.signal);
    controller.enqueue("first");
    await clock.advance(5_000);
    controller.enqueue("second");
    await clock.advance(2_000);
    expect(controller.underWay).toEqual([
      { key: "first", seconds: 7 },
      { key: "second", seconds: 2 },
    ]);
    ends.get("first")?.();
    await settle();
    expect(controller.underWay).toEqual([{ key: "second", seconds: 2 }]);
  });
});
