import { afterEach, describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { Probes } from "./probes.ts";
import { serve, type Serving } from "./serve.ts";

let serving: Serving | undefined;
afterEach(() => serving?.close());

async function ask(port: number | undefined, path: string): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return [answer.status, await answer.text()];
}

describe("probes", () => {
  it("tell which check fails and why, each on its own, liveness apart from readiness", async () => {
    const probes = new Probes();
    probes.addLive("watches", () => undefined);
    probes.addReady("caches", () => "not listed yet: secrets");
    serving = await serve({
      probes,
      metrics: createMetrics(),
      healthAddress: "127.0.0.1:0",
      metricsAddress: "127.0.0.1:0",
    });
    const { healthPort, metricsPort } = serving;
    expect(await ask(healthPort, "/healthz")).toEqual([200, "[+]watches ok\nhealthz check passed\n"]);
    expect(await ask(healthPort, "/readyz?verbose")).toEqual([
      500,
      "[-]caches failed: not listed yet: secrets\nreadyz check failed\n",
    ]);
    expect((await ask(healthPort, "/healthz/caches"))[0]).toBe(404);
    const [status, text] = await ask(metricsPort, "/metrics");
    expect([status, text.includes("controller_runtime_reconcile_total")]).toEqual([200, true]);
    expect((await ask(metricsPort, "/healthz"))[0]).toBe(404);
  });

  it("are not served where the address is 0", async () => {
    serving = await serve({ probes: new Probes(), metrics: createMetrics(), healthAddress: "0", metricsAddress: "0" });
    expect([serving.healthPort, serving.metricsPort]).toEqual([undefined, undefined]);
  });

  it("say that an address is taken", async () => {
    serving = await serve({
      probes: new Probes(),
      metrics: createMetrics(),
      healthAddress: "127.0.0.1:0",
      metricsAddress: "0",
    });
    const again = { probes: new Probes(), metrics: createMetrics(), metricsAddress: "0" };
    await expect(serve({ ...again, healthAddress: `127.0.0.1:${serving.healthPort}` })).rejects.toThrow(/EADDRINUSE/);
  });
});
