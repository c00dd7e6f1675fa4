/** A request to one origin. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Buffer | string | undefined;
  /** It changes nothing, whatever its method says: one that fails has done nothing. */
  readonly reads?: true | undefined;
  readonly signal: AbortSignal;
}

/** Whatever the server answered, but redirects. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Whether a request leaves everything as it is. */
export function changesNothing({ method, reads }: Pick<HttpRequest, "method" | "reads">): boolean {
  return reads === true || method === "GET" || method === "HEAD";
}
