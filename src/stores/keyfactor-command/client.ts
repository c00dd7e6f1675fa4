import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { TransientError } from "../errors.ts";
import type { HttpAnswer, HttpsConnection } from "../http/index.ts";
import { read } from "./answer.ts";
import { type Asked, failureOf } from "./failure.ts";
import { listQuery, type ListQuery, type Prefix, type Query, queryText } from "./query.ts";
import { CommandVersion } from "./version.ts";

/** One request to an endpoint of the Keyfactor API. */
export interface Call extends Omit<Asked, "reads"> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `apiPath`: `/Certificates/Import`. */
  readonly path: string;
  readonly query?: Query;
  /** Members in PascalCase, as all versions take them. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A POST that changes nothing. */
  readonly reads?: true;
  /** A 401 is a right that lacks, not a refused login. */
  readonly unauthorized?: "Answer" | undefined;
}

/** What a list is asked for, beside its path. */
export interface Listed<Row extends z.ZodType> extends Pick<Call, "doing" | "rights" | "path" | "unauthorized"> {
  readonly prefix: Prefix;
  readonly query?: ListQuery;
  /** Parameters that never have a prefix. */
  readonly others?: Query;
  readonly row: Row;
}

export interface ClientOptions {
  readonly connection: Pick<HttpsConnection, "request" | "close">;
  /** Without slashes around it. */
  readonly apiPath: string;
  readonly now?: () => Date;
}

/** What Command gives at once at most; it may give fewer, so that a list ends with the page that is empty. */
const pageSize = 100;
/** Of pages, far beyond what is listed here: a server that never ends its list is given up. */
const mostPages = 1000;

/**
 * Speaks the Keyfactor API, version 1 of all its endpoints. Nothing is repeated here: a POST without an answer may have been done.
 * Throws what the connection throws, and the errors of `failure.ts`.
 */
export class CommandClient {
  readonly #connection: ClientOptions["connection"];
  readonly #apiPath: string;
  readonly #now: () => Date;
  #version: CommandVersion | undefined;

  constructor({ connection, apiPath, now = () => new Date() }: ClientOptions) {
    this.#connection = connection;
    this.#apiPath = apiPath;
    this.#now = now;
  }

  async call(call: Call, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, path, query = {}, body, headers } = call;
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    try {
      const answer = await this.#connection.request({
        method,
        path: `/${this.#apiPath}${path}${queryText(query)}`,
        headers: {
          accept: "application/json",
          "x-keyfactor-requested-with": "APIClient",
          "x-keyfactor-api-version": "1",
          ...(content === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: content,
        reads: call.reads,
        unauthorized: call.unauthorized,
        signal,
      });
      if (answer.status < 200 || answer.status > 299) {
        throw failureOf(answer, { ...call, reads: call.reads ?? method === "GET" }, this.#now());
      }
      this.#version = new CommandVersion(answer.headers["x-keyfactor-product-version"]);
      return answer;
    } finally {
      // It may hold a password.
      content?.fill(0);
    }
  }

  /** All rows of a list. Throws as `pages` does. */
  async list<Row extends z.ZodType>(listed: Listed<Row>, signal: AbortSignal): Promise<z.output<Row>[]> {
    const rows: z.output<Row>[] = [];
    for await (const page of this.pages(listed, signal)) rows.push(...page);
    return rows;
  }

  /**
   * A list page by page, up to the one that is empty. Throws `TransientError` `StoreUnavailable` at a page that is as the one
   * before, and beyond the most pages: what is answered so has no end, and half a list would pass for all there is.
   */
  async *pages<Row extends z.ZodType>(listed: Listed<Row>, signal: AbortSignal): AsyncGenerator<z.output<Row>[]> {
    let last: z.output<Row>[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const query = { ReturnLimit: pageSize, ...listed.query, PageReturned: page };
      const rows = await this.page({ ...listed, query }, signal);
      if (rows.length === 0) return;
      if (isDeepStrictEqual(rows, last)) throw samePage(listed.doing, page);
      yield rows;
      last = rows;
    }
    throw new TransientError(
      "StoreUnavailable",
      `Asked to ${listed.doing}, Command has not ended after ${mostPages} pages.`,
    );
  }

  /** One page of a list: the first, of 50 rows, unless the query says otherwise. */
  async page<Row extends z.ZodType>(listed: Listed<Row>, signal: AbortSignal): Promise<z.output<Row>[]> {
    const { prefix, query = {}, others = {}, row, ...call } = listed;
    const named = listQuery(query, prefix, await this.version(signal));
    const { body } = await this.call({ ...call, method: "GET", query: { ...named, ...others } }, signal);
    return read(z.array(row), body, call.doing);
  }

  /** The version that Command told last; asked for where it has told none yet. */
  async version(signal: AbortSignal): Promise<CommandVersion> {
    if (this.#version === undefined) await this.check(signal);
    return this.#version ?? new CommandVersion(undefined);
  }

  /** What the vendor's own clients probe with: whoever is let in may ask it. */
  async check(signal: AbortSignal): Promise<CommandVersion> {
    const doing = "tell its endpoints";
    const { body } = await this.call({ method: "GET", path: "/Status/Endpoints", doing, rights: ["any"] }, signal);
    read(z.array(z.string()), body, doing);
    return this.version(signal);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}

function samePage(doing: string, page: number): TransientError {
  const message = `Asked to ${doing}, Command answered page ${page} as it did page ${page - 1}; look whether a proxy before it drops PageReturned.`;
  return new TransientError("StoreUnavailable", message);
}
