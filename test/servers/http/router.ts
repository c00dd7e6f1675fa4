/** An endpoint as its vendor's reference writes it. */
export interface Located {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `{name}` stands for one segment. */
  readonly path: string;
}

export interface Route<Endpoint extends Located> {
  readonly endpoint: Endpoint;
  /** As they stand in the URL. */
  readonly params: Readonly<Record<string, string>>;
}

/** How the reference calls an endpoint, such as `POST /Certificates/Import`. */
export function kindOf({ method, path }: Located): string {
  return `${method} ${path}`;
}

/** The first endpoint that fits; IIS compares paths without case (A.1 [I]). */
export function routeOf<Endpoint extends Located>(
  endpoints: readonly Endpoint[],
  method: string,
  path: string,
): Route<Endpoint> | undefined {
  for (const endpoint of endpoints) {
    if (endpoint.method !== method) continue;
    const params = matched(endpoint.path.split("/"), path.split("/"));
    if (params !== undefined) return { endpoint, params };
  }
  return undefined;
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
