import { Kinds } from "../http/kinds.ts";
import { kindOf, type Route, routeOf } from "../http/router.ts";
import type { Command } from "./command.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints/index.ts";

export const kinds = new Kinds(endpoints.map(kindOf));

/** Finds the endpoint of a path below the API's that the version of Command has. */
export function endpointAt(command: Command, method: string, path: string): Route<Endpoint> | undefined {
  const existing = endpoints.filter(({ exists }) => exists?.(command) !== false);
  return routeOf(existing, method, path);
}

/** The part of a path behind the API's, or undefined where it is another's. */
export function below(apiPath: string, path: string): string | undefined {
  const start = `/${apiPath}/`;
  return path.toLowerCase().startsWith(start.toLowerCase()) ? path.slice(start.length - 1) : undefined;
}
