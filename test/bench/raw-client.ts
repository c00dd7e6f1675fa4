import { Pool } from "undici";
import type { ClusterAccess } from "../control-plane/index.ts";
import type { Identity, WireRequest } from "./requests.ts";

/** A plain undici pool for each identity, as a program would use it that does nothing but send. */
export class RawClient {
  readonly #pools: Readonly<Record<Identity, Pool>>;
  readonly #tokens: Readonly<Record<Identity, string>>;

  constructor({ facts }: ClusterAccess, tokens: Readonly<Record<Identity, string>>, connections: number) {
    const pool = (): Pool => new Pool(facts.server, { connections, connect: { ca: facts.caPem } });
    this.#pools = { operator: pool(), writer: pool() };
    this.#tokens = tokens;
  }

  /** Rejects on anything but success, or the 404 that a first look finds. */
  async send({ as, method, path, contentType, body, learn }: WireRequest): Promise<void> {
    const answer = await this.#pools[as].request({
      method,
      path,
      headers: {
        authorization: `Bearer ${this.#tokens[as]}`,
        accept: "application/json",
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300 && !(method === "GET" && answer.statusCode === 404)) {
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    }
    learn?.(JSON.parse(text));
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close()));
  }
}
