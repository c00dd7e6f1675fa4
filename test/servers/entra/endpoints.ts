import type { Answer } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import type { Located } from "../http/router.ts";
import type { Directory } from "./directory.ts";
import { Refusal } from "./refusal.ts";
import { token } from "./token.ts";

/** A request to the directory. */
export interface Call {
  readonly directory: Directory;
  /** `https://login.microsoftonline.com`, or what else the client calls the server. */
  readonly origin: string;
  readonly params: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
}

export interface Endpoint extends Located {
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** Asked by @azure/identity where it does not know the authority's host, unless `disableInstanceDiscovery` is set [C][T]. */
const discovery: Endpoint = {
  method: "GET",
  path: "/common/discovery/instance",
  handle: ({ directory, origin }) => {
    const { host } = new URL(origin);
    return ok({
      tenant_discovery_endpoint: `${origin}/${directory.tenantId}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    });
  },
};

/** Asked before the first token [T]. */
const configuration: Endpoint = {
  method: "GET",
  path: "/{tenant}/v2.0/.well-known/openid-configuration",
  handle: (call) => {
    checkTenant(call);
    const base = `${call.origin}/${call.directory.tenantId}`;
    return ok({
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    });
  },
};

const keys: Endpoint = {
  method: "GET",
  path: "/{tenant}/discovery/v2.0/keys",
  handle: (call) => {
    checkTenant(call);
    return ok(call.directory.jwks);
  },
};

const tokens: Endpoint = {
  method: "POST",
  path: "/{tenant}/oauth2/v2.0/token",
  handle: (call) => {
    checkTenant(call);
    return token(call);
  },
};

export const endpoints: readonly Endpoint[] = [discovery, configuration, keys, tokens];

/** The number and the text are quoted by users [C]. */
function checkTenant({ directory, params: { tenant = "" } }: Call): void {
  if (tenant.toLowerCase() === directory.tenantId.toLowerCase()) return;
  throw new Refusal("invalid_request", 90_002, `Tenant '${tenant}' not found.`);
}
