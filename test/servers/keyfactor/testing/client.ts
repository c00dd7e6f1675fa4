import { Agent, request } from "undici";
import type { CommandServer } from "../server.ts";

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
}

/** Sends what the reference's exchanges have, and takes what comes. */
export class Client {
  readonly #server: CommandServer;
  readonly #agent: Agent;
  readonly #authorization: string;

  constructor(server: CommandServer, authorization = basic("CORP\\certferry", "Passw0rd-of-Command!")) {
    this.#server = server;
    this.#agent = new Agent({ connect: { ca: server.caPem } });
    this.#authorization = authorization;
  }

  get(path: string, send: Send = {}): Promise<Reply> {
    return this.send("GET", path, send);
  }

  post(path: string, body: unknown, headers: Send["headers"] = {}): Promise<Reply> {
    return this.send("POST", path, { body, headers });
  }

  put(path: string, body: unknown): Promise<Reply> {
    return this.send("PUT", path, { body });
  }

  /** @param path below the API's, or all of it where it begins with two slashes */
  async send(method: "GET" | "POST" | "PUT" | "DELETE", path: string, { body, headers = {} }: Send): Promise<Reply> {
    const wanted = {
      authorization: this.#authorization,
      "x-keyfactor-requested-with": "APIClient",
      "x-keyfactor-api-version": "1",
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const full = path.startsWith("//") ? path.slice(1) : `/${this.#server.apiPath}${path}`;
    const response = await request(this.#server.url + full, {
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

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
