import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What the server does with one request. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that does as it is told, right or wrong, and is gone when the test ends. */
export interface RawServer {
  url: string;
  requests: SeenRequest[];
}

/** The n-th request meets the n-th behaviour; the last one goes on for ever. */
export function serve(...behaviours: [Behaviour, ...Behaviour[]]): Promise<RawServer> {
  return serveBy(createServer(), "http", behaviours);
}

/** As `serve`, by a server of the test's own. */
export async function serveBy(
  server: Server,
  scheme: "http" | "https",
  behaviours: readonly [Behaviour, ...Behaviour[]],
): Promise<RawServer> {
  const requests: SeenRequest[] = [];
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const behaviour = behaviours[requests.length] ?? behaviours.at(-1);
      requests.push({ method, path: url, headers, body });
      behaviour?.(response, request);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers JSON. */
export function json(code: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  return (response) =>
    response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Answers a `Status` as the API server does. */
export function failure(code: number, reason: string, message = reason, headers?: Record<string, string>): Behaviour {
  return json(code, { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code }, headers);
}

/** Cuts the connection without an answer. */
export const hangUp: Behaviour = (response) => void response.socket?.destroy();

/** Takes the request and never answers. */
export const silence: Behaviour = () => {};

/** Sends these lines as a watch and then does `then` (by default: keeps the watch open). */
export function lines(events: readonly unknown[], then: Behaviour = silence): Behaviour {
  return (response, request) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(""), () => then(response, request));
  };
}

/** Ends a watch as the server does when its time is over. */
export const end: Behaviour = (response) => void response.end();
