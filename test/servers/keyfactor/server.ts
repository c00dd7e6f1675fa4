import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { issue } from "../../fixtures/pki.ts";
import { Command, type Settings } from "./command.ts";
import type { Fault } from "./faults.ts";
import { type Answer, html } from "./http/answer.ts";
import { camelCased } from "./http/casing.ts";
import { Injection, type Match } from "./injection.ts";
import { type Incoming, respond } from "./respond.ts";
import { below, checkKind, kindOf, type Route, routeOf } from "./router.ts";
import { type Seen, Traffic } from "./traffic.ts";

export interface ServerOptions extends Partial<Settings> {
  /** The vendor's default when left out (A.1 [K]). */
  readonly apiPath?: string;
  /** What else the server is called than `localhost` and 127.0.0.1, for operators that are told to `--resolve` it. */
  readonly host?: string;
}

/** Keyfactor Command over HTTPS on a free port of this machine; see README.md. */
export class CommandServer {
  readonly command: Command;
  readonly traffic = new Traffic();
  /** The CA of the server's certificate. */
  readonly caPem: string;
  readonly apiPath: string;
  readonly #server: Server;
  readonly #injections = new Set<Injection>();
  readonly #defects: unknown[] = [];

  private constructor(
    options: ServerOptions,
    tls: { readonly caPem: string; readonly cert: string; readonly key: string },
  ) {
    const { apiPath = "KeyfactorAPI", host: _, ...settings } = options;
    this.command = new Command(settings);
    this.apiPath = apiPath;
    this.caPem = tls.caPem;
    this.#server = createServer(tls, (request, response) => void this.#take(request, response));
  }

  /** `close` it. */
  static async start(options: ServerOptions = {}): Promise<CommandServer> {
    const ca = await issue({ subject: "CN=Command Server CA", ca: true });
    const dnsNames = ["localhost", ...(options.host === undefined ? [] : [options.host])];
    const names = { dnsNames, ipAddresses: ["127.0.0.1"] };
    const { pem: cert, keyPem: key } = await issue({ subject: "CN=localhost", issuer: ca, ...names });
    const server = new CommandServer(options, { caPem: ca.pem, cert, key });
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lays a fault in wait. Of several that a request meets, the first one acts. */
  inject(fault: Fault, match: Match = {}): Injection {
    if (match.kind !== undefined) checkKind(match.kind);
    const injection = new Injection(fault, match);
    this.#injections.add(injection);
    return injection;
  }

  /** Takes one fault away, or all. */
  heal(injection?: Injection): void {
    if (injection === undefined) this.#injections.clear();
    else this.#injections.delete(injection);
  }

  /** Throws the first defect of this server or of a fault that a request has met; its client saw status 500, or no answer. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await this.#server[Symbol.asyncDispose]();
    if (this.#defects.length > 0) throw this.#defects[0];
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "/";
    const [pathname = "", search = ""] = url.split("?", 2);
    const path = below(this.apiPath, pathname);
    const route = path === undefined ? undefined : routeOf(this.command, request.method ?? "", path);
    const kind = route === undefined ? "none" : kindOf(route.endpoint);
    const seen: Seen = { kind, url, status: 0 };
    response.once("close", this.traffic.begin(seen));
    const body = await bodyOf(request).catch(() => undefined);
    // The client has gone away.
    if (body === undefined) return;
    const fault = [...this.#injections].find((injection) => injection.meets(kind))?.fault ?? answered;
    try {
      await fault({
        work: () => this.#work(route, { headers: request.headers, search, body }),
        send: (answer) => this.#send(response, seen, answer),
        encode: (answer) => this.#encode(answer),
        response,
      });
    } catch (error) {
      this.#defects.push(error);
      response.destroy();
    }
  }

  async #work(route: Route | undefined, incoming: Incoming): Promise<Answer> {
    try {
      return await respond(this.command, route, incoming);
    } catch (error) {
      this.#defects.push(error);
      return html(500, "500 - Internal server error.");
    }
  }

  #send(response: ServerResponse, seen: Seen, answer: Answer): void {
    seen.status = answer.status;
    const type = answer.body !== undefined && "json" in answer.body ? { "content-type": "application/json" } : {};
    const version = { "x-keyfactor-product-version": this.command.features.productVersion };
    response.writeHead(answer.status, { ...version, ...type, ...answer.headers });
    response.end(this.#encode(answer));
  }

  #encode({ body }: Answer): Buffer {
    if (body === undefined) return Buffer.alloc(0);
    if ("text" in body) return Buffer.from(body.text);
    const { casing } = this.command.features;
    return Buffer.from(JSON.stringify(casing === "camel" ? camelCased(body.json) : body.json));
  }
}

async function answered({ work, send }: Parameters<Fault>[0]): Promise<void> {
  send(await work());
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
