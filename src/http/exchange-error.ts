import { errors } from "undici";

export type ExchangeFailure = "ConnectionFailed" | "Timeout" | "Aborted" | "MalformedAnswer";

/**
 * A request that got no whole answer. `sent` is false only when it certainly never reached the server (refused connection,
 * failed TLS handshake), so that a caller knows whether a write may have happened. `status` is there when the body alone is amiss.
 */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  readonly failure: ExchangeFailure;
  readonly sent: boolean;
  readonly status: number | undefined;

  constructor(
    failure: ExchangeFailure,
    message: string,
    { sent, status, cause }: { sent: boolean; status?: number | undefined; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.sent = sent;
    this.status = status;
  }
}

/** What a failure of the connection means. An `ExchangeError` stays what it is. */
export function exchangeErrorOf(error: unknown, sent: boolean): ExchangeError {
  if (error instanceof ExchangeError) return error;
  if (error instanceof errors.ClientDestroyedError) {
    return new ExchangeError("Aborted", "the client was closed", { sent, cause: error });
  }
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new ExchangeError("Timeout", "the server stopped answering", { sent, cause: error });
  }
  if (error instanceof errors.HTTPParserError) {
    return new ExchangeError("MalformedAnswer", "the answer is not HTTP/1.1", { sent, cause: error });
  }
  return new ExchangeError("ConnectionFailed", describe(error), { sent, cause: error });
}

/** What an error says, for a message of ours. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's AggregateError for several addresses has no message of its own.
  const inner = error instanceof AggregateError ? error.errors.map((one) => describe(one)).join("; ") : "";
  return error.message || inner || error.name;
}
