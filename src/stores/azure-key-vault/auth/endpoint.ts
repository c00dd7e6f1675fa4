import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { CredentialsRefused, isStoreError, type StoreError, TransientError } from "../../errors.ts";
import { unavailable } from "../../http/index.ts";
import { oauthErrorOf } from "./oauth-error.ts";

/**
 * The way to the token service for @azure/identity. What goes wrong on it is decided here, where status and body are at hand, and
 * kept: the package makes of every error one of its own.
 */
export class TokenEndpoint implements HttpClient {
  readonly #http: HttpClient;
  /** `Secret vault-login`, for messages. */
  readonly #from: string;
  /** What the last request came to, where it failed. */
  failure: StoreError | undefined;

  constructor(http: HttpClient, from: string) {
    this.#http = http;
    this.#from = from;
  }

  sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    return this.noting(async () => {
      const response = await this.#http.sendRequest(request);
      const failure = failureOf(response, new URL(request.url), this.#from);
      if (failure !== undefined) throw failure;
      return response;
    });
  }

  /** Keeps the failure of something that a login needs. */
  async noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.failure = undefined;
      return result;
    } catch (error) {
      if (isStoreError(error)) this.failure = error;
      throw error;
    }
  }
}

function failureOf(
  { status, headers, bodyAsText }: PipelineResponse,
  { host }: URL,
  from: string,
): StoreError | undefined {
  const answer = { status, headers: headers.toJSON() };
  const failure = unavailable(answer, { host, reads: true, now: new Date() });
  if (failure !== undefined) return failure;
  const { error, description } = oauthErrorOf(bodyAsText);
  if (error === "temporarily_unavailable") {
    const message = `${host} gives no token now (${description}); it is tried again.`;
    return new TransientError("TokenUnavailable", message, { happened: "no" });
  }
  if (status < 400) return undefined;
  const why = description === "" ? `HTTP ${status}` : description;
  return new CredentialsRefused(`${host} refuses the login of ${from}: ${why}`);
}
