import { afterEach, describe, expect, it } from "vitest";
import { KubeError } from "../kube/index.ts";
import { Controller, type ControllerOptions } from "./controller.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

function controller(reconcile: ControllerOptions["reconcile"], workers = 1) {
  const lines: string[] = [];
  const metrics = createMetrics();
  const clock = new ManualClock();
  const log = createLogger({ level: "debug", destination: { write: (line) => lines.push(line) } });
  const it = new Controller({ name: "test", workers, reconcile, metrics, log, clock });
  return {
    it,
    clock,
    lines: () => lines.join(""),
    /** The samples of a metric, as Prometheus reads them. */
    samples: async (name: string): Promise<string[]> =>
      (await metrics.registry.getSingleMetricAsString(name)).split("\n").filter((line) => !line.startsWith("#")),
  };
}

/** A controller that is running, each of whose runs comes to the next of these; then to nothing to do. */
function running(...outcomes: (Error | { requeueAt?: Date })[]) {
  const keys: string[] = [];
  const made = controller(({ key }) => {
    keys.push(key);
    const outcome = outcomes.shift() ?? {};
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  });
  const ended = made.it.run(stop.signal, stop.signal);
  return { ...made, keys, ended };
}

const conflict = new KubeError("Conflict", "changed", { status: 409 });

describe("a controller", () => {
  it("logs why a key failed, with the names but without what an error carries along", async () => {
    const { it, clock, lines } = running(Object.assign(new Error("no luck"), { body: "s3cret-body" }));
    it.enqueue("shop/web#edge");
    await clock.advance(0);
    expect(JSON.parse(lines())).toMatchObject({
      level: "error",
      controller: "test",
      namespace: "shop",
      name: "web",
      target: "edge",
      reconcileID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      err: { name: "Error", message: "no luck" },
    });
    expect(lines()).not.toContain("s3cret-body");
  });

  it("logs a key without a namespace by its name alone", async () => {
    const { it, clock, lines } = running(new Error("no luck"));
    it.enqueue("command");
    await clock.advance(0);
    const told: unknown = JSON.parse(lines());
    expect(told).toMatchObject({ name: "command" });
    expect(told).not.toHaveProperty("namespace");
    expect(told).not.toHaveProperty("target");
  });

  it("tries a failed key again after its own back-off, and anew from the start after a success", async () => {
    const bad = new Error("no luck");
    const { it, clock, keys, samples } = running(bad, bad, {}, bad);
    it.enqueue("a");
    await clock.advance(99);
    expect(keys).toHaveLength(1);
    await clock.advance(1);
    expect(keys).toHaveLength(2);
    await clock.advance(199);
    expect(keys).toHaveLength(2);
    await clock.advance(1);
    expect(keys).toHaveLength(3);
    it.enqueue("a");
    await clock.advance(100);
    expect(keys).toHaveLength(5);
    expect(await samples("controller_runtime_reconcile_total")).toEqual([
      'controller_runtime_reconcile_total{controller="test",result="error"} 3',
      'controller_runtime_reconcile_total{controller="test",result="success"} 2',
    ]);
    expect(await samples("controller_runtime_reconcile_errors_total")).toEqual([
      'controller_runtime_reconcile_errors_total{controller="test"} 3',
    ]);
  });

  it("is quiet about a conflict: the object is only looked at again", async () => {
    const { it, clock, keys, lines, samples } = running(conflict);
    it.enqueue("a/b");
    await clock.advance(100);
    expect(keys).toEqual(["a/b", "a/b"]);
    expect(JSON.parse(lines())).toMatchObject({ level: "debug" });
    expect(await samples("controller_runtime_reconcile_errors_total")).toEqual([]);
  });

  it("runs again at the time that a run asks for", async () => {
    const { it, clock, keys, samples } = running({ requeueAt: new Date(Date.now() + 60_000) });
    it.enqueue("a");
    await clock.advance(30_000);
    expect(keys).toEqual(["a"]);
    await clock.advance(30_000);
    expect(keys).toEqual(["a", "a"]);
    expect(await samples("controller_runtime_reconcile_total")).toEqual([
      'controller_runtime_reconcile_total{controller="test",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="test",result="success"} 1',
    ]);
  });

  it("runs once when a change comes before the time that a run asked for", async () => {
    const { it, clock, keys } = running({ requeueAt: new Date(Date.now() + 60_000) });
    it.enqueue("a");
    await clock.advance(30_000);
    it.enqueue("a");
    await clock.advance(60_000);
    expect(keys).toEqual(["a", "a"]);
  });

  it("runs what is of High priority first", async () => {
    const keys: string[] = [];
    const both = Promise.withResolvers<void>();
    const { it } = controller(({ key }) => {
      keys.push(key);
      if (keys.length === 2) both.resolve();
      return Promise.resolve({});
    });
    it.enqueue("first-list", "Low");
    it.enqueue("change");
    const ended = it.run(stop.signal, stop.signal);
    await both.promise;
    stop.abort();
    await ended;
    expect(keys).toEqual(["change", "first-list"]);
  });

  it("leaves room for all else between runs that wait for nothing and ask for the next one at once", async () => {
    let runs = 0;
    const { it } = controller(() => {
      runs += 1;
      // Would it go on for ever, this test could not fail.
      return Promise.resolve(runs < 1_000 ? { requeueAt: new Date(0) } : {});
    });
    const ended = it.run(stop.signal, stop.signal);
    it.enqueue("again");
    await settle();
    stop.abort();
    await ended;
    expect(runs).toBeLessThan(1_000);
  });

  it("tells in the log, once, which run has not ended after two minutes", async () => {
    const finish = Promise.withResolvers<void>();
    const { it, clock, lines } = controller(() => finish.promise);
    const ended = it.run(stop.signal, stop.signal);
    it.enqueue("shop/web#edge");
    await clock.advance(119_999);
    expect(lines()).toBe("");
    await clock.advance(1);
    expect(JSON.parse(lines())).toMatchObject({
      level: "warn",
      namespace: "shop",
      name: "web",
      target: "edge",
      seconds: 120,
    });
    finish.resolve();
    stop.abort();
    await ended;
  });

  it("tells in the log of no run that has ended in time", async () => {
    const { it, clock, lines } = running({});
    it.enqueue("a");
    await clock.advance(600_000);
    expect(lines()).toBe("");
  });

  it("finishes what is under way when it is stopped, and begins nothing new", async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const keys: string[] = [];
    const { it } = controller(async ({ key }) => {
      keys.push(key);
      begun.resolve();
      await finish.promise;
      return {};
    });
    it.enqueue("a");
    it.enqueue("b");
    const running = it.run(stop.signal, new AbortController().signal);
    await begun.promise;
    stop.abort();
    expect([it.waiting, it.underWay.length]).toEqual([1, 1]);
    finish.resolve();
    await running;
    expect(keys).toEqual(["a"]);
  });

  it("aborts what is under way when it is told to, and takes that for no failure", async () => {
    const begun = Promise.withResolvers<void>();
    const { it, lines, samples } = controller(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
          begun.resolve();
        }),
    );
    it.enqueue("a");
    const abort = new AbortController();
    const running = it.run(stop.signal, abort.signal);
    await begun.promise;
    stop.abort();
    abort.abort();
    await expect(running).resolves.toBeUndefined();
    // It has not failed: somebody else goes on with it.
    expect([lines(), await samples("controller_runtime_reconcile_errors_total")]).toEqual(["", []]);
  });

  it("works on as many keys at once as it has workers", async () => {
    const all = Promise.withResolvers<void>();
    let running = 0;
    const { it } = controller(async () => {
      running += 1;
      if (running === 3) all.resolve();
      await all.promise;
      return {};
    }, 3);
    for (const key of ["a", "b", "c"]) it.enqueue(key);
    const run = it.run(stop.signal, stop.signal);
    await all.promise;
    stop.abort();
    await run;
    expect(running).toBe(3);
  });
});
