import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";
import type { Probes } from "./probes.ts";

export interface ServeOptions {
  readonly probes: Probes;
  readonly metrics: Metrics;
  /** `:8081`, `127.0.0.1:0`, or `0` for none. */
  readonly healthAddress: string;
  readonly metricsAddress: string;
}

/** What listens, and how to end it. A port is undefined where nothing was asked for. */
export interface Serving {
  readonly healthPort: number | undefined;
  readonly metricsPort: number | undefined;
  close(): Promise<void>;
}

/** Serves probes and metrics. Rejects when an address cannot be had. */
export async function serve({ probes, metrics, healthAddress, metricsAddress }: ServeOptions): Promise<Serving> {
  const health = await listen(healthAddress, (request, response) => {
    const found = probes.answer(new URL(request.url ?? "/", "http://probe").pathname);
    response.writeHead(found === undefined ? 404 : found.well ? 200 : 500, { "content-type": "text/plain" });
    response.end(found?.text ?? "not found\n");
  });
  const measured = await listen(metricsAddress, (request, response) => {
    if (new URL(request.url ?? "/", "http://metrics").pathname !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const servers = [health, measured].filter((server) => server !== undefined);
  return {
    healthPort: portOf(health),
    metricsPort: portOf(measured),
    close: async () => {
      await Promise.all(servers.map((server) => close(server)));
    },
  };
}

async function listen(address: string, answer: RequestListener): Promise<Server | undefined> {
  if (address === "0") return undefined;
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const server = createServer({ requestTimeout: 10_000 }, answer);
  server.listen({ port: Number(address.slice(colon + 1)), ...(host === "" ? {} : { host }) });
  await once(server, "listening");
  return server;
}

function portOf(server: Server | undefined): number | undefined {
  return (server?.address() as AddressInfo | null | undefined)?.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
