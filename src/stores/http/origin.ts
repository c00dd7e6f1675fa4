import { createSecureContext } from "node:tls";
import { Pool } from "undici";
import { type ConnectGuard, exchange, guarded } from "../../http/index.ts";
import { redirected, unanswered } from "./failure.ts";
import { changesNothing, type HttpAnswer, type HttpRequest } from "./message.ts";

export interface OriginOptions {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** CA certificates as PEM, one of which must stand behind the server's; those that Node.js trusts when unset. */
  readonly caPem?: string | undefined;
  readonly guard: ConnectGuard;
  /** Of one request, from the queue of connections to the last byte. */
  readonly timeoutMs: number;
}

const limitBytes = 16 * 1024 * 1024;
const connectTimeoutMs = 10_000;

/**
 * The connections to one origin, as many as there are requests at once: TLS that is always verified, no redirect followed, no
 * request repeated. Connects lazily.
 * `send` gives whatever the server answers, and throws the errors of `failure.ts`.
 */
export class Origin {
  readonly #options: OriginOptions;
  readonly #host: string;
  readonly #pool: Pool;

  constructor(options: OriginOptions) {
    const { origin, protocol, host } = new URL(options.origin);
    if (protocol !== "https:") throw new TypeError(`${options.origin} is not https`);
    this.#options = options;
    this.#host = host;
    this.#pool = new Pool(origin, {
      connect: guarded({ secureContext: secureContextOf(options.caPem), timeout: connectTimeoutMs }, options.guard),
      // On a shared HTTP/2 connection one loss would leave every write in doubt.
      allowH2: false,
      // The limit on the whole exchange is told apart from these.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async send({ method, path, headers, body, reads, signal }: HttpRequest): Promise<HttpAnswer> {
    const request = { method, path, headers: { "user-agent": "certferry", ...headers }, body: body ?? null };
    const limits = { bytes: limitBytes, milliseconds: this.#options.timeoutMs };
    const answer = await exchange(this.#pool, request, limits, signal).catch((error: unknown) => {
      const ownCa = this.#options.caPem !== undefined;
      throw unanswered(error, { host: this.#host, reads: changesNothing({ method, reads }), ownCa });
    });
    const { status } = answer;
    if (status >= 300 && status <= 399) throw redirected(answer, this.#host);
    return { status, headers: flat(answer.headers), body: answer.body };
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** One for all connections: each would parse the CA again. As in Go, a CA that is named need not be a root to be trusted. */
function secureContextOf(caPem: string | undefined): ReturnType<typeof createSecureContext> {
  return createSecureContext(caPem === undefined ? {} : { ca: caPem, allowPartialTrustChain: true });
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
