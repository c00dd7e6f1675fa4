import { type Answer, ok } from "../http/answer.ts";
import { Kinds } from "../http/kinds.ts";
import { kindOf, type Located, routeOf } from "../http/router.ts";
import { ContractServer, type Incoming, type Routed } from "../http/server.ts";
import type { Directory } from "./directory.ts";

const endpoint: Located = { method: "GET", path: "/metadata/identity/oauth2/token" };

export interface ImdsOptions {
  readonly directory: Directory;
  /** The client id of the identity that the system has assigned; none when left out. */
  readonly systemAssigned?: string;
  /** Those of the identities that a user has assigned. */
  readonly userAssigned?: readonly string[];
}

/** The instance metadata service of a machine that has managed identities (B.6): plain HTTP. */
export class ImdsServer extends ContractServer {
  protected override readonly broken: Answer = { status: 500, headers: {}, body: undefined };
  readonly #options: ImdsOptions;

  private constructor(options: ImdsOptions) {
    super(undefined, new Kinds([kindOf(endpoint)]));
    this.#options = options;
  }

  /** `close` it. */
  static async start(options: ImdsOptions): Promise<ImdsServer> {
    const server = new ImdsServer(options);
    await server.listen();
    return server;
  }

  protected override routed(method: string, path: string): Routed {
    // @azure/identity ends the path with a slash where AZURE_POD_IDENTITY_AUTHORITY_HOST is set [T].
    const known = routeOf([endpoint], method, path.replace(/\/$/, "")) !== undefined;
    return {
      kind: known ? kindOf(endpoint) : "none",
      respond: (incoming) =>
        Promise.resolve(known ? this.#token(incoming) : { status: 404, headers: {}, body: undefined }),
    };
  }

  protected override headers(): Readonly<Record<string, string>> {
    return { "content-type": "application/json; charset=utf-8" };
  }

  protected override json(value: unknown): string {
    return JSON.stringify(value);
  }

  #token({ headers, search }: Incoming): Answer {
    const { directory, systemAssigned, userAssigned = [] } = this.#options;
    // The texts are quoted by users [C]; @azure/identity asks without the header to find out whether anybody is there [T].
    if (headers["metadata"] !== "true") return refused("Required metadata header not specified");
    const query = new URLSearchParams(search);
    if (query.get("api-version") !== "2018-02-01") return refused("Missing or wrong api-version");
    const clientId = query.get("client_id") ?? systemAssigned;
    const isAssigned = clientId !== undefined && [systemAssigned, ...userAssigned].includes(clientId);
    const identity = isAssigned ? directory.application(clientId) : undefined;
    if (identity === undefined) return refused("Identity not found");
    const resource = query.get("resource") ?? "";
    if (!directory.resources.includes(resource)) return refused("Invalid resource");
    const now = Math.floor(directory.clock() / 1_000);
    // Numbers come as strings [C].
    return ok({
      access_token: directory.issue(identity, resource),
      client_id: identity.clientId,
      expires_in: String(directory.tokenSeconds),
      expires_on: String(now + directory.tokenSeconds),
      ext_expires_in: String(directory.tokenSeconds),
      not_before: String(now),
      resource,
      token_type: "Bearer",
    });
  }
}

function refused(description: string): Answer {
  return { status: 400, headers: {}, body: { json: { error: "invalid_request", error_description: description } } };
}
