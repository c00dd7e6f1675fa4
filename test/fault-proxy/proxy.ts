import { once } from "node:events";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ClusterConfig } from "../../src/kube/index.ts";
import type { ControlPlaneFacts } from "../control-plane/index.ts";
import { issue } from "../fixtures/pki.ts";
import { Exchange } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import { Injection, type Match, type SeenRequest } from "./injection.ts";

interface ServerCertificate {
  readonly caPem: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Stands between clients and the API server of a control plane, and passes everything on until a fault is injected.
 * A bearer token is passed on. A client that shows a certificate of the cluster's CA is the admin.
 */
export class FaultProxy {
  /** All requests so far. */
  readonly requests: SeenRequest[] = [];
  readonly #facts: ControlPlaneFacts;
  readonly #server: Server;
  readonly #asAdmin: Agent;
  readonly #asSent: Agent;
  /** Below TLS, by the client's port. */
  readonly #connections = new Map<number, Socket>();
  readonly #injections = new Set<Injection>();
  #certificate: ServerCertificate;

  private constructor(facts: ControlPlaneFacts, certificate: ServerCertificate) {
    const { caPem: ca, adminCertPem: cert, adminKeyPem: key } = facts;
    this.#facts = facts;
    this.#certificate = certificate;
    this.#asAdmin = new Agent({ keepAlive: true, ca, cert, key });
    this.#asSent = new Agent({ keepAlive: true, ca });
    this.#server = createServer({ ...certificate, ca, requestCert: true, rejectUnauthorized: false });
    // It never closes a connection unless it is told to, so that no fault happens by chance.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.on("connection", (connection: Socket) => this.#remember(connection));
    this.#server.on("request", (incoming, response) => void this.#take(incoming, response));
  }

  /** Listens on a free loopback port. `close` it. */
  static async start({ facts }: { readonly facts: ControlPlaneFacts }): Promise<FaultProxy> {
    const proxy = new FaultProxy(facts, await serverCertificate());
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get server(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The CA of the proxy's own certificate. */
  get caPem(): string {
    return this.#certificate.caPem;
  }

  /** The clients' ports of all connections that are open. */
  get ports(): readonly number[] {
    return [...this.#connections.keys()];
  }

  /** The same client by way of the proxy. */
  configFor(config: ClusterConfig): ClusterConfig {
    return { ...config, server: this.server, caPem: this.caPem };
  }

  /** Lays a fault in wait. Of several that a request meets, the first one acts. */
  inject(fault: Fault, match: Match = {}): Injection {
    const injection = new Injection(fault, match);
    this.#injections.add(injection);
    return injection;
  }

  /** Takes one fault away, or all. */
  heal(injection?: Injection): void {
    if (injection === undefined) this.#injections.clear();
    else this.#injections.delete(injection);
  }

  /** Resets every connection. */
  cut(): void {
    for (const connection of this.#connections.values()) connection.resetAndDestroy();
  }

  /** Takes a certificate of a new CA, which `caPem` is from now on, and resets every connection. */
  async rotateCa(): Promise<void> {
    this.#certificate = await serverCertificate();
    this.#server.setSecureContext({ ...this.#certificate, ca: this.#facts.caPem });
    this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    await this.#server[Symbol.asyncDispose]();
    this.#asAdmin.destroy();
    this.#asSent.destroy();
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "" } = incoming;
    const { authorized, remotePort: port = 0 } = incoming.socket as TLSSocket;
    const request = { method, path, watch: /[?&]watch=(true|1)\b/.test(path), port };
    this.requests.push(request);
    const agent = authorized ? this.#asAdmin : this.#asSent;
    const connection = this.#connections.get(port);
    const exchange = new Exchange(incoming, response, connection, { server: this.#facts.server, agent });
    const fault = [...this.#injections].find((injection) => injection.meets(request))?.fault ?? passed;
    try {
      await fault(exchange);
    } catch {
      // The API server or the client is gone, and so is what the other one still has of it.
      exchange.reset();
    }
  }

  #remember(connection: Socket): void {
    const { remotePort = 0 } = connection;
    this.#connections.set(remotePort, connection);
    connection.once("close", () => this.#connections.delete(remotePort));
  }
}

async function passed(exchange: Exchange): Promise<void> {
  await exchange.pass(await exchange.forward());
}

async function serverCertificate(): Promise<ServerCertificate> {
  const ca = await issue({ subject: "CN=fault-proxy-ca", ca: true });
  const { pem, keyPem } = await issue({ subject: "CN=fault-proxy", issuer: ca, ipAddresses: ["127.0.0.1"] });
  return { caPem: ca.pem, cert: pem, key: keyPem };
}
