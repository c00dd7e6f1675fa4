import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { type Agent, request as send } from "node:https";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";

/** Changes a body on its way. */
export type Filter = (body: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** They speak of one connection, not of the message. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding"];

/** The API server, as the one or the other user. */
export interface Upstream {
  readonly server: string;
  readonly agent: Agent;
}

/** One request on its way through the proxy. */
export class Exchange {
  /** To the client. */
  readonly response: ServerResponse;
  readonly #incoming: IncomingMessage;
  readonly #connection: Socket | undefined;
  readonly #upstream: Upstream;

  /** @param connection below TLS: only there can it be reset */
  constructor(incoming: IncomingMessage, response: ServerResponse, connection: Socket | undefined, upstream: Upstream) {
    this.#incoming = incoming;
    this.response = response;
    this.#connection = connection;
    this.#upstream = upstream;
  }

  reset(): void {
    this.#connection?.resetAndDestroy();
  }

  /** Takes the request without sending it on. */
  async swallow(): Promise<void> {
    for await (const _ of this.#incoming) {
      // nobody reads it
    }
  }

  /** Sends the request to the API server, whether or not the client still waits. Gives the answer, unread. */
  async forward(): Promise<IncomingMessage> {
    const { method, url = "/", headers } = this.#incoming;
    const { host: _, ...rest } = endToEnd(headers);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = send(
      new URL(url, this.#upstream.server),
      { agent: this.#upstream.agent, method, headers: rest },
      resolve,
    );
    outgoing.on("error", reject);
    this.#incoming.pipe(outgoing);
    return promise;
  }

  /** The head of an answer, before its body. */
  head(answer: IncomingMessage): void {
    this.response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    this.response.flushHeaders();
  }

  /** Gives an answer to the client, through `filter` if there is one. Ends the API server's when the client is gone. */
  async pass(answer: IncomingMessage, filter: Filter = (body) => body): Promise<void> {
    this.head(answer);
    await pipeline(answer, filter, this.response);
  }
}

function endToEnd(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}
