import { Kinds } from "../http/kinds.ts";
import type { Command } from "./command.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints/index.ts";

export interface Route {
  readonly endpoint: Endpoint;
  /** As they stand in the URL. */
  readonly params: Readonly<Record<string, string>>;
}

/** Of a request: how the reference calls its endpoint, such as `POST /Certificates/Import`. */
export function kindOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}

export const kinds = new Kinds(endpoints.map(kindOf));

/** Finds the endpoint of a path below the API's; IIS compares paths without case (A.1 [I]). */
export function routeOf(command: Command, method: string, path: string): Route | undefined {
  for (const endpoint of endpoints) {
    if (endpoint.method !== method || endpoint.exists?.(command) === false) continue;
    const params = matched(endpoint.path.split("/"), path.split("/"));
    if (params !== undefined) return { endpoint, params };
  }
  return undefined;
}

/** The part of a path behind the API's, or undefined where it is another's. */
export function below(apiPath: string, path: string): string | undefined {
  const start = `/${apiPath}/`;
  return path.toLowerCase().startsWith(start.toLowerCase()) ? path.slice(start.length - 1) : undefined;
}

function matched(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const segment = path[at] ?? "";
    if (part.startsWith("{")) params[part.slice(1, -1)] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return params;
}
