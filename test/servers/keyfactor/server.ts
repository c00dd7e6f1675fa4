import type { Answer } from "../http/answer.ts";
import { kindOf } from "../http/router.ts";
import { ContractServer, type Routed } from "../http/server.ts";
import { issueTls, type Tls } from "../http/tls.ts";
import { Command, type Settings } from "./command.ts";
import { html } from "./http/answer.ts";
import { camelCased } from "./http/casing.ts";
import { respond } from "./respond.ts";
import { below, endpointAt, kinds } from "./router.ts";

export interface ServerOptions extends Partial<Settings> {
  /** The vendor's default when left out (A.1 [K]). */
  readonly apiPath?: string;
  /** What else the server is called than `localhost` and 127.0.0.1, for operators that are told to `--resolve` it. */
  readonly host?: string;
}

/** Keyfactor Command over HTTPS on a free port of this machine; see README.md. */
export class CommandServer extends ContractServer {
  readonly command: Command;
  readonly apiPath: string;
  protected override readonly broken = html(500, "500 - Internal server error.");

  private constructor(options: ServerOptions, tls: Tls) {
    super(tls, kinds);
    const { apiPath = "KeyfactorAPI", host: _, ...settings } = options;
    this.command = new Command(settings);
    this.apiPath = apiPath;
  }

  /** `close` it. */
  static async start(options: ServerOptions = {}): Promise<CommandServer> {
    const server = new CommandServer(options, await issueTls(options.host));
    await server.listen();
    return server;
  }

  protected override routed(method: string, pathname: string): Routed {
    const path = below(this.apiPath, pathname);
    const route = path === undefined ? undefined : endpointAt(this.command, method, path);
    return {
      kind: route === undefined ? "none" : kindOf(route.endpoint),
      respond: (incoming) => respond(this.command, route, incoming),
    };
  }

  protected override headers({ body }: Answer): Readonly<Record<string, string>> {
    const type = body !== undefined && "json" in body ? { "content-type": "application/json" } : {};
    const date = new Date(this.command.now()).toUTCString();
    return { date, "x-keyfactor-product-version": this.command.features.productVersion, ...type };
  }

  protected override json(value: unknown): string {
    return JSON.stringify(this.command.features.casing === "camel" ? camelCased(value) : value);
  }
}
