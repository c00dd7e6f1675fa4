import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { Probes } from "./probes.ts";
import { serve, type Serving } from "./serve.ts";

let serving: Serving | undefined;
afterEach(() => serving?.close());

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

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

  it("fail where a check throws, and say why", () => {
    const probes = new Probes();
    probes.addLive("watches", () => {
      throw new Error("a bug");
    });
    expect(probes.answer("/healthz")).toEqual({
      well: false,
      text: "[-]watches failed: a bug\nhealthz check failed\n",
    });
  });

  it.each([
    ["/livez", "[+]watches ok\n[+]workers ok\nlivez check passed\n"],
    ["/healthz/workers", "[+]workers ok\nhealthz check passed\n"],
    ["/healthz/workers/more", undefined],
    ["/healthz/caches", undefined],
    ["/", undefined],
    ["", undefined],
  ])("answer to %j: %j", (path, text) => {
    const probes = new Probes();
    probes.addLive("watches", () => undefined);
    probes.addLive("workers", () => undefined);
    probes.addReady("caches", () => undefined);
    expect(probes.answer(path)?.text).toBe(text);
  });

  it.each(["//", "http://[", "*"])("outlive a request for %j", async (target) => {
    serving = await serve({
      probes: new Probes(),
      metrics: createMetrics(),
      healthAddress: "127.0.0.1:0",
      metricsAddress: "127.0.0.1:0",
    });
    for (const port of [serving.healthPort, serving.metricsPort]) {
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      const [answer] = (await once(socket, "data")) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 40[04] /);
      socket.destroy();
    }
    expect((await ask(serving.healthPort, "/healthz"))[0]).toBe(200);
  });

  it("are not served where the address is 0", async () => {
    serving = await serve({ probes: new Probes(), metrics: createMetrics(), healthAddress: "0", metricsAddress: "0" });
    expect([serving.healthPort, serving.metricsPort]).toEqual([undefined, undefined]);
  });

  it.runIf(hasIPv6)("listen on IPv6, too", async () => {
    serving = await serve({
      probes: new Probes(),
      metrics: createMetrics(),
      healthAddress: "[::1]:0",
      metricsAddress: "0",
    });
    const answer = await fetch(`http://[::1]:${serving.healthPort}/healthz`);
    expect(answer.status).toBe(200);
  });

  it("say which address is taken, and leave nothing listening", async () => {
    serving = await serve({
      probes: new Probes(),
      metrics: createMetrics(),
      healthAddress: "127.0.0.1:0",
      metricsAddress: "127.0.0.1:0",
    });
    const { healthPort, metricsPort } = serving;
    const more = { probes: new Probes(), metrics: createMetrics() };
    const taken = { ...more, healthAddress: `127.0.0.1:${healthPort}`, metricsAddress: "0" };
    await expect(serve(taken)).rejects.toThrow(`cannot serve probes on 127.0.0.1:${healthPort}: listen EADDRINUSE`);

    const other = await serve({ ...more, healthAddress: "127.0.0.1:0", metricsAddress: "0" });
    await other.close();
    const free = other.healthPort;
    const half = { ...more, healthAddress: `127.0.0.1:${free}`, metricsAddress: `127.0.0.1:${metricsPort}` };
    await expect(serve(half)).rejects.toThrow(`cannot serve metrics on 127.0.0.1:${metricsPort}: listen EADDRINUSE`);
    await expect(ask(free, "/healthz")).rejects.toThrow("fetch failed");
  });
});
