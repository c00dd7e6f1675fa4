import { Agent, request } from "undici";
import type { ContractServer } from "./server.ts";

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

export interface Send {
  /** JSON of it is sent; a text as it is. */
  readonly body?: unknown;
  /** More headers, or others; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Sends what it is told to a contract server, and takes what comes. */
export class HttpsClient {
  readonly #server: Pick<ContractServer, "url">;
  readonly #agent: Agent;

  constructor(server: Pick<ContractServer, "url" | "caPem">) {
    this.#server = server;
    this.#agent = new Agent({ connect: { ca: server.caPem } });
  }

  /** @param path with the query */
  async send(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    { body, headers = {} }: Send,
  ): Promise<Reply> {
    const wanted = {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const response = await request(this.#server.url + path, {
      method,
      dispatcher: this.#agent,
      headers: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, json: parsed(text) };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
