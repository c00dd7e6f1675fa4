import { Agent, request } from "undici";
import type { VaultServer } from "../server.ts";

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

export interface Send {
  readonly body?: unknown;
  /** More headers, or others; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** `api%2Dversion=7.6` when left out. */
  readonly query?: string;
}

/** Sends what the reference's exchanges have, and takes what comes. */
export class Client {
  readonly #server: VaultServer;
  readonly #agent: Agent;
  readonly #token: string;

  constructor(server: VaultServer, token: string) {
    this.#server = server;
    this.#agent = new Agent({ connect: { ca: server.caPem } });
    this.#token = token;
  }

  get(path: string, send: Send = {}): Promise<Reply> {
    return this.send("GET", path, send);
  }

  post(path: string, body?: unknown, send: Send = {}): Promise<Reply> {
    return this.send("POST", path, { ...send, body });
  }

  patch(path: string, body: unknown, send: Send = {}): Promise<Reply> {
    return this.send("PATCH", path, { ...send, body });
  }

  delete(path: string): Promise<Reply> {
    return this.send("DELETE", path, {});
  }

  async send(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, send: Send): Promise<Reply> {
    const { body, headers = {}, query = "api%2Dversion=7.6" } = send;
    const wanted = {
      authorization: `Bearer ${this.#token}`,
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const response = await request(`${this.#server.url}${path}${query === "" ? "" : `?${query}`}`, {
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
