import { CredentialsRefused } from "../errors.ts";
import type { Authorization } from "./authorization.ts";
import { unsent } from "./failure.ts";
import { LoginTrial } from "./login-trial.ts";
import type { HttpAnswer, HttpRequest } from "./message.ts";
import { Origin, type OriginOptions } from "./origin.ts";

export interface HttpsConnectionOptions extends OriginOptions {
  /** `StoreContext.turn`: awaited before each request. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
  readonly authorization?: Authorization | undefined;
}

export interface StoreRequest extends HttpRequest {
  /** `Answer`: a 401 is given as it is, for requests that answer so to an account that lacks a right. */
  readonly unauthorized?: "Answer" | undefined;
}

/**
 * A store's connection to a web service, as one account. `request` gives whatever the server answers, and throws the errors of
 * `failure.ts` for what it never answered, `CredentialsRefused` for a login that is refused, and what `turn` throws.
 * @example
 * const connection = new HttpsConnection({ origin: "https://command.example.com", caPem, guard, turn, timeoutMs, authorization });
 * const { status, body } = await connection.request({ method: "GET", path: "/KeyfactorAPI/Status/Endpoints", signal });
 */
export class HttpsConnection {
  readonly #options: HttpsConnectionOptions;
  readonly #host: string;
  readonly #origin: Origin;
  readonly #trial = new LoginTrial();

  constructor(options: HttpsConnectionOptions) {
    this.#options = options;
    this.#host = new URL(options.origin).host;
    this.#origin = new Origin(options);
  }

  async request(request: StoreRequest): Promise<HttpAnswer> {
    const { authorization, turn } = this.#options;
    const { signal } = request;
    try {
      await turn(signal);
      if (authorization === undefined) return await this.#origin.send(request);
      return await this.#trial.run(signal, () => this.#authorized(request, authorization));
    } catch (error) {
      // Whoever waits for a turn, a login or a token is told the bare reason of the signal.
      throw error === signal.reason ? unsent(signal, this.#host) : error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#origin.close(), this.#options.authorization?.close?.()]);
  }

  /** A token that was given a while ago may have ended: then one try with another. */
  async #authorized(request: StoreRequest, authorization: Authorization): Promise<HttpAnswer> {
    const { answer, header } = await this.#send(request, authorization);
    if (answer.status !== 401) return answer;
    const again = (await authorization.rejected(header, answer.headers["www-authenticate"])) === "TryOnceMore";
    if (again) await this.#options.turn(request.signal);
    const last = again ? (await this.#send(request, authorization)).answer : answer;
    if (last.status !== 401 || request.unauthorized === "Answer") return last;
    throw new CredentialsRefused(`${this.#host} refuses the login of ${authorization.from}; renew it.`);
  }

  async #send(
    request: StoreRequest,
    authorization: Authorization,
  ): Promise<{ readonly answer: HttpAnswer; readonly header: string }> {
    const header = await authorization.header(request.signal);
    const answer = await this.#origin.send({ ...request, headers: { ...request.headers, authorization: header } });
    return { answer, header };
  }
}
