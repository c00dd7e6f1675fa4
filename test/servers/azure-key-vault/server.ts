import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../http/answer.ts";
import { kindOf } from "../http/router.ts";
import { ContractServer, type Routed } from "../http/server.ts";
import { issueTls, type Tls } from "../http/tls.ts";
import { respond } from "./respond.ts";
import { endpointAt, kinds } from "./router.ts";
import { Vault, type VaultOptions } from "./vault.ts";

export interface ServerOptions extends VaultOptions {
  /** What the vault is called, such as `web.vault.azure.net`, for operators that are told to `--resolve` it; its ids have it. */
  readonly host?: string;
}

/** Azure Key Vault over HTTPS on a free port of this machine; see README.md. */
export class VaultServer extends ContractServer {
  readonly vault: Vault;
  protected override readonly broken: Answer = {
    status: 500,
    headers: {},
    body: {
      json: { error: { code: "InternalServerError", message: "The service is not able to process the request." } },
    },
  };
  readonly #host: string | undefined;

  private constructor(options: ServerOptions, tls: Tls) {
    super(tls, kinds);
    const { host, ...settings } = options;
    this.vault = new Vault(settings);
    this.#host = host;
  }

  /** `close` it. */
  static async start(options: ServerOptions): Promise<VaultServer> {
    const server = new VaultServer(options, await issueTls(options.host));
    await server.listen();
    return server;
  }

  /** What clients call the vault; its ids and links begin with it. */
  get vaultUrl(): string {
    return this.#host === undefined ? this.url : `https://${this.#host}`;
  }

  protected override routed(method: string, path: string): Routed {
    const route = endpointAt(method, path);
    return {
      kind: route === undefined ? "none" : kindOf(route.endpoint),
      respond: (incoming) => respond(this.vault, this.vaultUrl, route, incoming),
    };
  }

  /** B.5 [C]. */
  protected override headers({ body }: Answer, request: IncomingHttpHeaders): Readonly<Record<string, string>> {
    const clientId = request["x-ms-client-request-id"];
    return {
      "cache-control": "no-cache",
      "x-ms-keyvault-region": "westeurope",
      "x-ms-keyvault-service-version": "1.9.2400.1",
      "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
      "x-ms-request-id": randomUUID(),
      ...(typeof clientId === "string" ? { "x-ms-client-request-id": clientId } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
    };
  }

  protected override json(value: unknown): string {
    return JSON.stringify(value);
  }
}
