import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer.ts";
import { Kinds } from "../http/kinds.ts";
import { kindOf, type Route, routeOf } from "../http/router.ts";
import { ContractServer, type Incoming, type Routed } from "../http/server.ts";
import { issueTls, type Tls } from "../http/tls.ts";
import { Directory, type DirectoryOptions } from "./directory.ts";
import { type Endpoint, endpoints } from "./endpoints.ts";
import { Refusal } from "./refusal.ts";

const kinds = new Kinds(endpoints.map(kindOf));

export interface ServerOptions extends DirectoryOptions {
  /** What else the server is called than `localhost` and 127.0.0.1, for operators that are told to `--resolve` it. */
  readonly host?: string;
}

/** The token endpoint of Microsoft Entra for one tenant; see README.md. */
export class EntraServer extends ContractServer {
  readonly directory: Directory;
  protected override readonly broken: Answer = { status: 500, headers: {}, body: undefined };

  private constructor(options: ServerOptions, tls: Tls) {
    super(tls, kinds);
    this.directory = new Directory(options);
  }

  /** `close` it. */
  static async start(options: ServerOptions = {}): Promise<EntraServer> {
    const server = new EntraServer(options, await issueTls(options.host));
    await server.listen();
    return server;
  }

  protected override routed(method: string, path: string): Routed {
    const route = routeOf(endpoints, method, path);
    return {
      kind: route === undefined ? "none" : kindOf(route.endpoint),
      respond: (incoming) => this.#respond(route, incoming),
    };
  }

  protected override headers(): Readonly<Record<string, string>> {
    return { "content-type": "application/json; charset=utf-8", "x-ms-request-id": randomUUID() };
  }

  protected override json(value: unknown): string {
    return JSON.stringify(value);
  }

  async #respond(route: Route<Endpoint> | undefined, { headers, body }: Incoming): Promise<Answer> {
    if (route === undefined) return { status: 404, headers: {}, body: undefined };
    const { directory } = this;
    const form = new URLSearchParams(body.toString("utf8"));
    try {
      const origin = `https://${headers.host ?? ""}`;
      return await route.endpoint.handle({ directory, origin, params: route.params, form });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      directory.refused += 1;
      return error.answer(directory.clock(), form.get("client-request-id") ?? randomUUID());
    }
  }
}
