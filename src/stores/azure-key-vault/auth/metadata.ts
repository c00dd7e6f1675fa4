import { Pool } from "undici";
import { type ConnectGuard, exchange, exchangeErrorOf, guarded } from "../../../http/index.ts";
import { TransientError } from "../../errors.ts";
import type { HttpAnswer, HttpRequest } from "../../http/index.ts";

/** Where every machine of Azure has its metadata service: a fixed address of the link, without TLS. */
const origin = "http://169.254.169.254";

const limits = { bytes: 1024 * 1024, milliseconds: 30_000 };
const connectTimeoutMs = 5_000;

/** The machine's metadata service, which gives tokens of managed identities. */
export class MetadataService {
  readonly #pool: Pool;

  /** @param guard does not know of `--deny-egress`: this one address is free, for managed identities only */
  constructor(guard: ConnectGuard) {
    this.#pool = new Pool(origin, { connect: guarded({ timeout: connectTimeoutMs }, guard), connections: 2 });
  }

  async request({ method, path, headers, signal }: HttpRequest): Promise<HttpAnswer> {
    try {
      const answer = await exchange(this.#pool, { method, path, headers: { ...headers } }, limits, signal);
      return { status: answer.status, headers: {}, body: answer.body };
    } catch (error) {
      const { message } = exchangeErrorOf(error, true);
      const told = `The metadata service of the machine gives no token (${message}): only machines of Azure have one. It is tried again.`;
      throw new TransientError("TokenUnavailable", told, { happened: "no", cause: error });
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
