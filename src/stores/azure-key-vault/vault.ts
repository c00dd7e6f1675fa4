import { TransientError } from "../errors.ts";
import { type HttpAnswer, type HttpRequest, type HttpsConnection, jsonOf, unavailable } from "../http/index.ts";
import { VaultRefusal } from "./refusal.ts";

/** A vault as its API sees it: requests and answers, each as the store's identity. */
export class Vault {
  /** Lower case, without port. */
  readonly host: string;
  readonly apiVersion: string;
  /** `https://vault.azure.net`. */
  readonly resource: string;
  readonly #connection: Pick<HttpsConnection, "request" | "close">;

  constructor(
    connection: Pick<HttpsConnection, "request" | "close">,
    { vaultUrl, apiVersion, resource }: { vaultUrl: string; apiVersion: string; resource: string },
  ) {
    this.#connection = connection;
    this.host = new URL(vaultUrl).hostname;
    this.apiVersion = apiVersion;
    this.resource = resource;
  }

  /** Throws `VaultRefusal` for what is refused, and what `unavailable` gives and `HttpsConnection` throws. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.#connection.request(request);
    const failure = unavailable(answer, { host: this.host, reads: request.method === "GET", now: new Date() });
    if (failure !== undefined) throw failure;
    if (answer.status >= 400) throw new VaultRefusal(answer);
    return answer;
  }

  /**
   * A request of our own, where Azure's package has none that does. Gives what the JSON of the answer says; throws `TransientError`
   * `StoreUnavailable` for what is none.
   */
  async call(
    method: HttpRequest["method"],
    path: string,
    { body, signal, query = "" }: { body?: object; signal: AbortSignal; query?: string },
  ): Promise<{ readonly json: unknown; readonly headers: HttpAnswer["headers"] }> {
    const answer = await this.request({
      method,
      path: `${path}?${query}api-version=${this.apiVersion}`,
      headers: { accept: "application/json", ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    });
    const json = jsonOf(answer.body);
    if (json !== undefined || answer.body.length === 0) return { json, headers: answer.headers };
    const message = `${this.host} answers something that is no JSON; it is tried again.`;
    throw new TransientError("StoreUnavailable", message, { happened: method === "GET" ? "no" : "unknown" });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
