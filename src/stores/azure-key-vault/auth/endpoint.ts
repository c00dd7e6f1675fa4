import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { BlockedError, CredentialsRefused, isStoreError, type StoreError, TransientError } from "../../errors.ts";
import { unavailable } from "../../http/index.ts";

/** The address of the machine's own metadata service, which gives tokens of managed identities. */
const metadataHost = "169.254.169.254";

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
  { host, hostname }: URL,
  from: string,
): StoreError | undefined {
  const answer = { status, headers: headers.toJSON() };
  const failure = unavailable(answer, { host, reads: true, now: new Date() });
  if (failure !== undefined) return failure;
  const { error, description } = told(bodyAsText);
  if (error === "temporarily_unavailable") {
    const message = `${host} gives no token now (${description}); it is tried again.`;
    return new TransientError("TokenUnavailable", message, { happened: "no" });
  }
  if (status < 400) return undefined;
  if (hostname !== metadataHost && error !== "") {
    return new CredentialsRefused(`${host} refuses the login of ${from}: ${description}`);
  }
  // The metadata service is also said to be slow with identities that are new: the package asks it again.
  if (status === 404 || status === 410) return undefined;
  const why = description === "" ? `HTTP ${status}` : description;
  return new BlockedError("IdentityUnavailable", `There is no token of ${from} where the operator runs: ${why}`);
}

/** The fields of an OAuth error (RFC 6749, section 5.2), without the numbers of the request and what nobody should see. */
function told(body: string | null | undefined): { error: string; description: string } {
  try {
    const { error, error_description: text = "" } = Object(JSON.parse(body ?? "")) as Record<string, unknown>;
    const [words = ""] = String(text).split(/ Trace ID:|[\r\n]/);
    return {
      error: typeof error === "string" ? error : "",
      description: words.replaceAll(/\p{C}/gu, " ").slice(0, 160),
    };
  } catch {
    return { error: "", description: "" };
  }
}
