import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { type BodyReader, type ConnectGuard, describe, isSuccess } from "../http/index.ts";
import type { ClusterConfig } from "./config/cluster-config.ts";
import { isKubeError, KubeError, type KubeErrorReason } from "./errors.ts";
import { abortedBy, type Answer, exchange, failureOf } from "./exchange.ts";
import { PoolKeeper, type Pools } from "./pools.ts";
import { retryDelay } from "./retry.ts";
import { errorOfAnswer } from "./status.ts";

/** One attempt at one request, for metrics. */
export interface RequestFacts {
  method: string;
  /** Plural and subresource, as `secrets` or `serviceaccounts/token`; the path for requests outside the resource tree. */
  resource: string;
  /** HTTP status; absent when no answer came. */
  code: number | undefined;
  /** To the end of the answer; for a watch, to its first headers. */
  seconds: number;
}

export interface ConnectOptions {
  /** `User-Agent` of every request. */
  userAgent?: string;
  /** How many requests may be under way at once; watches do not count. */
  maxConnections?: number;
  /** Time limit of one attempt, from entering the queue to the last byte of the answer. */
  requestTimeoutSeconds?: number;
  connectTimeoutSeconds?: number;
  onRequest?: (facts: RequestFacts) => void;
  guard?: ConnectGuard | undefined;
  /** Awaited before each attempt. What it throws ends the request, and is the cause of its error. */
  turn?: (signal: AbortSignal) => Promise<void>;
  /** Whether an answer that asks to come again later is waited for, or told; waited for when unset. */
  throttled?: "Wait" | "Tell";
}

export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's own path, with the query. */
  path: string;
  resource: string;
  accept: string;
  contentType?: string | undefined;
  body?: string | undefined;
  /** The longest answer that is taken. */
  limitBytes: number;
  /** Makes what takes the body of a 2xx answer, for each attempt. */
  reader?: () => BodyReader;
  signal: AbortSignal;
}

const DEFAULTS = { userAgent: "certferry", maxConnections: 16, requestTimeoutSeconds: 60, connectTimeoutSeconds: 10 };
/** The API server sends a bookmark about once a minute, so a watch that is silent for longer than this is not alive. */
const WATCH_SILENCE_SECONDS = 180;

/** HTTP to one API server: connections, identity, time limits, retries. Knows nothing of objects. */
export class Transport {
  readonly server: string;
  readonly #prefix: string;
  readonly #config: ClusterConfig;
  readonly #options: typeof DEFAULTS & ConnectOptions;
  readonly #pools: PoolKeeper;

  constructor(config: ClusterConfig, options: ConnectOptions) {
    const { pathname, origin } = new URL(config.server);
    this.#prefix = pathname.replace(/\/+$/, "");
    this.server = origin + this.#prefix;
    this.#config = config;
    this.#options = { ...DEFAULTS, ...options };
    this.#pools = new PoolKeeper(config, { ...this.#options, silenceSeconds: this.#options.requestTimeoutSeconds });
  }

  /** Sends a request, again where `retryDelay` allows. Gives only 2xx answers; all else is a `KubeError`. */
  async request(request: ApiRequest): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#authorized(request, async (pools, token) => {
          await this.#turn(request.signal);
          return this.#unary(pools, request, token);
        });
      } catch (error) {
        if (this.#options.throttled === "Tell" && error instanceof KubeError && error.status !== undefined) throw error;
        const wait = retryDelay(request.method, failureOf(error, true), tries, Math.random());
        if (wait === undefined) throw error;
        await pause(wait, request.signal);
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#options.turn !== undefined) await unsent("Aborted", this.#options.turn(signal));
  }

  /** Opens a watch: one attempt, whose body the caller reads and ends by its signal. */
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    return this.#authorized(request, (pools, token) => this.#open(pools, request, token));
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  /** Runs one attempt as who we are; a token refused with 401, which executes nothing, is replaced once. */
  async #authorized<T>(request: ApiRequest, attempt: (pools: Pools, token?: string) => Promise<T>): Promise<T> {
    const { credentials } = this.#config;
    const { signal } = request;
    if (signal.aborted) throw abortedBy(signal, false);
    try {
      const pools = await unsent("ConnectionFailed", this.#pools.current());
      if (!("token" in credentials)) return await attempt(pools);
      const token = await unsent("Unauthorized", credentials.token(signal));
      try {
        return await attempt(pools, token);
      } catch (error) {
        if (!(error instanceof KubeError) || error.status !== 401) throw error;
        const fresh = await unsent("Unauthorized", credentials.token(signal, token));
        if (fresh === token) throw error;
        return await attempt(pools, fresh);
      }
    } catch (thrown) {
      const error = failureOf(thrown, true);
      if (error.reason === "ConnectionFailed" && !error.sent) await this.#pools.failed();
      throw located(error, `${request.method} ${this.server}${request.path}`);
    }
  }

  async #unary(pools: Pools, request: ApiRequest, token?: string): Promise<Answer> {
    const started = performance.now();
    let code: number | undefined;
    try {
      const answer = await exchange(
        pools.requests,
        this.#dispatchOptions(request, token),
        { bytes: request.limitBytes, milliseconds: this.#options.requestTimeoutSeconds * 1000 },
        request.signal,
        request.reader?.(),
      );
      code = answer.status;
      if (!isSuccess(code)) throw errorOfAnswer(code, answer.text, header(answer.headers["retry-after"]));
      return answer;
    } catch (error) {
      if (isKubeError(error, "Timeout") && error.sent && error.status === undefined) this.#pools.abandon(pools);
      throw error;
    } finally {
      this.#tell(request, code, started);
    }
  }

  async #open(pools: Pools, request: ApiRequest, token?: string): Promise<AsyncIterable<Uint8Array>> {
    const started = performance.now();
    let code: number | undefined;
    try {
      const { statusCode, headers, body } = await pools.watches.request({
        ...this.#dispatchOptions(request, token),
        bodyTimeout: WATCH_SILENCE_SECONDS * 1000,
        signal: request.signal,
      });
      code = statusCode;
      if (code === 200) return body;
      throw errorOfAnswer(code, await textUpTo(body, request.limitBytes), header(headers["retry-after"]));
    } finally {
      this.#tell(request, code, started);
    }
  }

  #dispatchOptions(request: ApiRequest, token: string | undefined): Dispatcher.DispatchOptions {
    const headers: Record<string, string> = { accept: request.accept, "user-agent": this.#options.userAgent };
    if (request.contentType !== undefined) headers["content-type"] = request.contentType;
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    return { method: request.method, path: this.#prefix + request.path, headers, body: request.body ?? null };
  }

  #tell({ method, resource }: ApiRequest, code: number | undefined, started: number): void {
    this.#options.onRequest?.({ method, resource, code, seconds: (performance.now() - started) / 1000 });
  }
}

async function textUpTo(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > limit) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw abortedBy(signal, false);
  }
}

/** What goes wrong here happens before anything is sent. */
async function unsent<T>(reason: KubeErrorReason, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KubeError) throw error;
    throw new KubeError(reason, describe(error), { sent: false, cause: error });
  }
}

/** The server's own words name the object; a failure without an answer is told with its request. */
function located(error: KubeError, request: string): KubeError {
  if (error.status !== undefined || error.message.startsWith(request)) return error;
  const { reason, retryAfterSeconds, sent, cause } = error;
  return new KubeError(reason, `${request}: ${error.message}`, { retryAfterSeconds, sent, cause });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
