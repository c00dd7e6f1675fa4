import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { Probes } from "./probes.ts";
import { serve, type Serving } from "./serve.ts";

let serving: Serving | undefined;
afterEach(() => serving?.close());

const anywhere = "127.0.0.1:0";

/** Sends a request line as it is, which clients would put right. */
async function raw(port: number | undefined, target: string): Promise<string> {
  const socket = connect(port ?? 0, "127.0.0.1");
  await once(socket, "connect");
  socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return (await text(socket)).split("\r\n")[0] ?? "";
}

describe("the servers of probes and metrics", () => {
  it("live through requests for what is no path", async () => {
    serving = await serve({
      probes: new Probes(),
      metrics: createMetrics(),
      healthAddress: anywhere,
      metricsAddress: anywhere,
    });
    const { healthPort, metricsPort } = serving;
    expect([
      await raw(healthPort, "//"),
      await raw(metricsPort, "//"),
      await raw(healthPort, "http://[/healthz"),
      await raw(healthPort, "/healthz/a/b"),
      await raw(healthPort, "/healthz?verbose"),
    ]).toEqual([
      "HTTP/1.1 404 Not Found",
      "HTTP/1.1 404 Not Found",
      "HTTP/1.1 404 Not Found",
      "HTTP/1.1 404 Not Found",
      "HTTP/1.1 200 OK",
    ]);
  });

  it("say what cannot be served and where, and leave nothing listening", async () => {
    const given = { probes: new Probes(), metrics: createMetrics(), healthAddress: anywhere, metricsAddress: anywhere };
    const before = await serve({ ...given, metricsAddress: "0" });
    await before.close();
    serving = await serve({ ...given, healthAddress: "0" });
    const taken = `127.0.0.1:${serving.metricsPort}`;
    const healthAddress = `127.0.0.1:${before.healthPort}`;
    await expect(serve({ ...given, healthAddress, metricsAddress: taken })).rejects.toThrow(
      `cannot serve metrics on ${taken}: listen EADDRINUSE`,
    );
    await expect(raw(before.healthPort, "/healthz")).rejects.toThrow("ECONNREFUSED");
  });
});
