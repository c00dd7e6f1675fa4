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

/** Serves probes and metrics. Rejects when an address cannot be had; nothing listens then. */
export async function serve({ probes, metrics, healthAddress, metricsAddress }: ServeOptions): Promise<Serving> {
  const health = await listen("probes", healthAddress, answerProbes(probes));
  try {
    const measured = await listen("metrics", metricsAddress, answerMetrics(metrics));
    return {
      healthPort: portOf(health),
      metricsPort: portOf(measured),
      close: async () => {
        await Promise.all([close(health), close(measured)]);
      },
    };
  } catch (error) {
    await close(health);
    throw error;
  }
}

function answerProbes(probes: Probes): RequestListener {
  return ({ url = "/" }, response) => {
    const [path = ""] = url.split("?");
    const answer = probes.answer(path);
    const status = answer === undefined ? 404 : answer.well ? 200 : 500;
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" });
    response.end(answer?.text ?? "not found\n");
  };
}

function answerMetrics({ registry }: Metrics): RequestListener {
  return ({ url = "/" }, response) => {
    if (url.split("?")[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
}

async function listen(what: string, address: string, answer: RequestListener): Promise<Server | undefined> {
  if (address === "0") return undefined;
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const server = createServer({ requestTimeout: 10_000 }, answer);
  server.listen({ port: Number(address.slice(colon + 1)), ...(host === "" ? {} : { host }) });
  try {
    await once(server, "listening");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot serve ${what} on ${address}: ${why}`, { cause: error });
  }
  return server;
}

function portOf(server: Server | undefined): number | undefined {
  return (server?.address() as AddressInfo | null | undefined)?.port;
}

async function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
