/** Why a request failed, in the words of the API server's `Status.reason` plus three of the transport's own. */
export type KubeErrorReason =
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Expired"
  | "Invalid"
  | "TooManyRequests"
  | "ServerTimeout"
  | "Timeout"
  | "InternalError"
  | "ServiceUnavailable"
  | "MethodNotAllowed"
  | "UnsupportedMediaType"
  | "RequestEntityTooLarge"
  | "Unknown"
  | "ConnectionFailed"
  | "Aborted"
  | "MalformedAnswer";

/**
 * A failed request to an API server.
 * `sent` is false only when the request certainly never reached it (refused connection, failed TLS handshake), so that
 * a caller knows whether a write may have happened. `message` is the server's own, cut to 1,024 characters.
 */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly reason: KubeErrorReason;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly sent: boolean;

  constructor(
    reason: KubeErrorReason,
    message: string,
    details: {
      status?: number | undefined;
      retryAfterSeconds?: number | undefined;
      sent?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message.slice(0, 1024), details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = reason;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.sent = details.sent ?? true;
  }
}

/** True when `error` is a `KubeError` for one of these reasons. */
export function isKubeError(error: unknown, ...reasons: KubeErrorReason[]): error is KubeError {
  return error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
}
