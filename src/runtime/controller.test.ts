import { Writable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { KubeError } from "../kube/index.ts";
import { Controller, type ControllerOptions } from "./controller.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

function controller(
  reconcile: ControllerOptions["reconcile"],
  workers = 1,
): { it: Controller; lines: () => string; metrics: ReturnType<typeof createMetrics> } {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const metrics = createMetrics();
  const log = createLogger({ level: "debug", destination });
  return {
    it: new Controller({ name: "test", workers, reconcile, metrics, log }),
    lines: () => lines.join(""),
    metrics,
  };
}

describe("a controller", () => {
  it("tries a failed key again, and logs why, with the names but without what an error carries along", async () => {
    const ended = Promise.withResolvers<void>();
    let runs = 0;
    const { it, lines, metrics } = controller(() => {
      runs += 1;
      const error = Object.assign(new Error("no luck"), { body: "s3cret-body" });
      if (runs === 1) return Promise.reject(error);
      ended.resolve();
      return Promise.resolve({});
    });
    it.enqueue("shop/web#edge");
    const running = it.run(stop.signal, stop.signal);
    await ended.promise;
    stop.abort();
    await running;
    expect(JSON.parse(lines().split("\n")[0] ?? "")).toMatchObject({
      level: "error",
      controller: "test",
      namespace: "shop",
      name: "web",
      target: "edge",
      err: { name: "Error", message: "no luck" },
    });
    expect(lines()).not.toContain("s3cret-body");
    expect(await metrics.registry.getSingleMetricAsString("controller_runtime_reconcile_errors_total")).toContain(
      "} 1",
    );
  });

  it("is quiet about a conflict: the object is only looked at again", async () => {
    const ended = Promise.withResolvers<void>();
    let runs = 0;
    const { it, lines } = controller(() => {
      runs += 1;
      if (runs === 1) return Promise.reject(new KubeError("Conflict", "changed", { status: 409 }));
      ended.resolve();
      return Promise.resolve({});
    });
    it.enqueue("a/b");
    const running = it.run(stop.signal, stop.signal);
    await ended.promise;
    stop.abort();
    await running;
    expect(lines()).toContain('"level":"debug"');
    expect(lines()).not.toContain('"level":"error"');
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
    expect(it.load).toEqual({ waiting: 1, running: 1 });
    finish.resolve();
    await running;
    expect(keys).toEqual(["a"]);
  });

  it("aborts what is under way when it is told to", async () => {
    const begun = Promise.withResolvers<void>();
    const { it } = controller(
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
