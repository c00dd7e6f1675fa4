import { Kinds } from "../http/kinds.ts";
import { kindOf, type Route, routeOf } from "../http/router.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints/index.ts";

export const kinds = new Kinds(endpoints.map(kindOf));

/** Documentation doubles the slash behind the host, which servers take (B.1); one at the end asks for the latest version (B.4). */
export function endpointAt(method: string, path: string): Route<Endpoint> | undefined {
  return routeOf(endpoints, method, path.replace(/^\/\/+/, "/").replace(/\/$/, ""));
}
