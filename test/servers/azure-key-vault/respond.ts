import type { Answer } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import type { Incoming } from "../http/server.ts";
import { callerOf } from "./authentication.ts";
import { Call, type Endpoint } from "./endpoint.ts";
import { badParameter, Refusal } from "./http/refusal.ts";
import type { Vault } from "./vault.ts";
import { featuresOf } from "./version.ts";

/** What a vault answers; `route` is undefined where it has no such endpoint. */
export async function respond(
  vault: Vault,
  baseUrl: string,
  route: Route<Endpoint> | undefined,
  { headers, search, body }: Incoming,
): Promise<Answer> {
  vault.settle();
  try {
    // Before anything is parsed: the first request of a client comes without its body (B.6 [T]).
    const caller = callerOf(vault.challenge, headers.authorization, vault.now());
    // Names of parameters come percent-encoded as well (B.1 [T]); URLSearchParams decodes them.
    const query = new URLSearchParams(search);
    const features = featuresOf(query.get("api-version"));
    if (route === undefined) throw new Refusal(404, "NotFound", "Resource not found");
    const { endpoint, params } = route;
    checkName(params["name"]);
    const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, part: string) => params[part] ?? "");
    const [vaultName = ""] = new URL(baseUrl).hostname.split(".");
    vault.access.check(caller, endpoint.action, vaultName, path.slice(1));
    return await endpoint.handle(new Call(vault, { baseUrl, path, features, params, query, body }));
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** B.2; the text is quoted by users [C]. */
function checkName(name: string | undefined): void {
  if (name === undefined || /^[0-9a-zA-Z-]{1,127}$/.test(name)) return;
  throw badParameter(`The request URI contains an invalid name: ${name}`);
}
