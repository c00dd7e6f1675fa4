import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";
import { Injection, type Match } from "./injection.ts";
import type { Kinds } from "./kinds.ts";
import type { Tls } from "./tls.ts";
import { type Seen, Traffic } from "./traffic.ts";

/** A request with its body. */
export interface Incoming {
  readonly headers: http.IncomingHttpHeaders;
  /** Without the `?`. */
  readonly search: string;
  readonly body: Buffer;
}

/** What a request is, before its body has been read. */
export interface Routed {
  /** One of the server's `Kinds`, or `none`. */
  readonly kind: string;
  readonly respond: (incoming: Incoming) => Promise<Answer>;
}

/** A vendor's API on a free port of this machine, with faults that tests lay in wait and a count of what has come. */
export abstract class ContractServer {
  readonly traffic: Traffic;
  /** The CA of the server's certificate; empty where it speaks plain HTTP. */
  readonly caPem: string;
  readonly #kinds: Kinds;
  readonly #server: http.Server | https.Server;
  readonly #injections = new Set<Injection>();
  readonly #defects: unknown[] = [];
  readonly #listeners: ((incoming: Incoming) => void)[] = [];

  /** @param tls undefined is plain HTTP */
  protected constructor(tls: Tls | undefined, kinds: Kinds) {
    this.caPem = tls?.caPem ?? "";
    this.#kinds = kinds;
    this.traffic = new Traffic(kinds);
    const take: http.RequestListener = (request, response) => void this.#take(request, response);
    this.#server = tls === undefined ? http.createServer(take) : https.createServer(tls, take);
  }

  /** @param path as it came, without the query */
  protected abstract routed(method: string, path: string): Routed;
  /** What every answer has in its headers; the answer's own come on top. */
  protected abstract headers(answer: Answer, request: http.IncomingHttpHeaders): Readonly<Record<string, string>>;
  /** How this vendor writes JSON. */
  protected abstract json(value: unknown): string;
  /** What is answered where the server itself has a defect. */
  protected abstract readonly broken: Answer;

  get url(): string {
    return `${this.caPem === "" ? "http" : "https"}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lays a fault in wait. Of several that a request meets, the first one acts. */
  inject(fault: Fault, match: Match = {}): Injection {
    if (match.kind !== undefined) this.#kinds.check(match.kind);
    const injection = new Injection(fault, match);
    this.#injections.add(injection);
    return injection;
  }

  /** Takes one fault away, or all. */
  heal(injection?: Injection): void {
    if (injection === undefined) this.#injections.clear();
    else this.#injections.delete(injection);
  }

  /** Has each request told as it came, before it is answered. */
  onRequest(listener: (incoming: Incoming) => void): void {
    this.#listeners.push(listener);
  }

  /** Throws the first defect of this server or of a fault that a request has met; its client saw status 500, or no answer. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await this.#server[Symbol.asyncDispose]();
    if (this.#defects.length > 0) throw this.#defects[0];
  }

  protected async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = request.url ?? "/";
    const [path = "", search = ""] = url.split("?", 2);
    const routed = this.routed(request.method ?? "", path);
    const seen: Seen = { kind: routed.kind, url, at: Date.now(), status: 0 };
    response.once("close", this.traffic.begin(seen));
    const body = await bodyOf(request).catch(() => undefined);
    // The client has gone away.
    if (body === undefined) return;
    const incoming = { headers: request.headers, search, body };
    for (const listener of this.#listeners) listener(incoming);
    const fault = [...this.#injections].find((injection) => injection.meets(routed.kind))?.fault ?? answered;
    const written = (answer: Answer) => this.#written(answer, request.headers);
    try {
      await fault({
        work: () => this.#work(routed, incoming),
        send: (answer) => {
          seen.status = answer.status;
          const { headers, body } = written(answer);
          response.writeHead(answer.status, headers).end(body);
        },
        written,
        response,
      });
    } catch (error) {
      this.#defects.push(error);
      response.destroy();
    }
  }

  async #work({ respond }: Routed, incoming: Incoming): Promise<Answer> {
    try {
      return await respond(incoming);
    } catch (error) {
      this.#defects.push(error);
      return this.broken;
    }
  }

  #written(answer: Answer, request: http.IncomingHttpHeaders) {
    const headers = { ...this.headers(answer, request), ...answer.headers };
    return { headers, body: this.#bytes(answer) };
  }

  #bytes({ body }: Answer): Buffer {
    if (body === undefined) return Buffer.alloc(0);
    return Buffer.from("text" in body ? body.text : this.json(body.json));
  }
}

async function answered({ work, send }: Parameters<Fault>[0]): Promise<void> {
  send(await work());
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
