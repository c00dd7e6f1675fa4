import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { issueTls, type Tls } from "../http/tls.ts";
import { Tokens } from "./tokens.ts";

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of each token; 600 unless told otherwise. */
  readonly ttlSeconds?: number;
  /** The one way in which the client may show its secret, as some providers have it; both unless told otherwise. */
  readonly only?: "Basic" | "Post";
  readonly scopes?: readonly string[];
}

/** A request for a token. */
export interface TokenRequest {
  readonly style: "Basic" | "Post";
  status: number;
}

const tokenPath = "/token";

/** oidc-provider, a certified OpenID Connect server that others wrote, over HTTPS on a free port. */
export class OAuthServer {
  readonly caPem: string;
  /** All that came, in order. */
  readonly requests: TokenRequest[] = [];
  readonly #server: Server;
  readonly #provider: Provider;

  private constructor(tls: Tls, server: Server, options: OAuthOptions) {
    this.caPem = tls.caPem;
    this.#server = server;
    this.#provider = providerAt(this.url, options);
    const answer = this.#provider.callback();
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const style = request.headers.authorization === undefined ? "Post" : "Basic";
      const seen: TokenRequest = { style, status: 0 };
      this.requests.push(seen);
      response.once("finish", () => (seen.status = response.statusCode));
      if (options.only === undefined || options.only === style) return void answer(request, response);
      // The answer of oidc-provider to a client that it does not know.
      const body = JSON.stringify({ error: "invalid_client", error_description: "client authentication failed" });
      response.writeHead(401, { "content-type": "application/json; charset=utf-8" }).end(body);
    });
  }

  static async start(options: OAuthOptions): Promise<OAuthServer> {
    const tls = await issueTls();
    const server = createServer(tls).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new OAuthServer(tls, server, options);
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get tokenUrl(): string {
    return this.url + tokenPath;
  }

  /** Whether the header `Authorization` has a token that was given here, and is good. */
  async accepts(header: string | undefined): Promise<boolean> {
    return (await this.#tokenOf(header))?.isValid ?? false;
  }

  /** The scopes of a token, as the header has it. */
  async scopeOf(header: string): Promise<string | undefined> {
    return (await this.#tokenOf(header))?.scope;
  }

  /** Ends a token before its time. */
  async revoke(header: string): Promise<void> {
    await (await this.#tokenOf(header))?.destroy();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await this.#server[Symbol.asyncDispose]();
  }

  #tokenOf(header = "") {
    return this.#provider.ClientCredentials.find(header.replace(/^Bearer /, ""));
  }
}

function providerAt(issuer: string, { clientId, clientSecret, ttlSeconds = 600, scopes = [] }: OAuthOptions): Provider {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return new Provider(issuer, {
    adapter: Tokens,
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    jwks: { keys: [privateKey.export({ format: "jwk" })] },
    routes: { token: tokenPath },
    scopes: [...scopes],
    ttl: { ClientCredentials: ttlSeconds },
  });
}
