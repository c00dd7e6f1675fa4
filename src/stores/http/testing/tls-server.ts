import { createServer, type ServerOptions } from "node:https";
import { issueTls } from "../../../../test/servers/http/tls.ts";
import { type Behaviour, type RawServer, serveBy } from "../../../kube/testing/raw-server.ts";
import { egressGuard } from "../../egress/index.ts";

/** Lets every connection through. */
export const openGuard = egressGuard({ deny: [], allow: undefined, resolve: new Map() });

/** A guard for which a host is elsewhere. */
export function guardTo(host: string, url: string): typeof openGuard {
  const { hostname, port } = new URL(url);
  return egressGuard({ deny: [], allow: undefined, resolve: new Map([[host, { hostname, port }]]) });
}

export interface TlsServer extends RawServer {
  readonly caPem: string;
  /** How many connections were made. */
  connections(): number;
}

/** `serve` of raw servers, with a certificate for 127.0.0.1, localhost and `command.example.com`. */
export async function serveTls(...behaviours: [Behaviour, ...Behaviour[]]): Promise<TlsServer> {
  const { caPem, cert, key } = await issueTls("command.example.com");
  return { ...(await serveWith({ cert, key }, ...behaviours)), caPem };
}

/** As `serveTls`, with a certificate of the test's own. */
export async function serveWith(
  tls: ServerOptions,
  ...behaviours: [Behaviour, ...Behaviour[]]
): Promise<Omit<TlsServer, "caPem">> {
  const server = createServer(tls);
  let connections = 0;
  server.on("secureConnection", () => (connections += 1));
  const raw = await serveBy(server, "https", behaviours);
  return { ...raw, connections: () => connections };
}

/** Answers this. */
export function answer(status: number, body = "", headers: Record<string, string | string[]> = {}): Behaviour {
  return (response) => void response.writeHead(status, headers).end(body);
}
