import type { Reason } from "../crds/index.ts";

/**
 * What a failure means for the one who waits, decided once (design: errors). `reason` is a stable word in CamelCase for
 * conditions; `message` tells the user what to do next and never holds a secret.
 */
abstract class ReasonedError extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Nothing helps until something that it depends on changes: a bad spec, a wrong password, a refusal by policy. */
export class TerminalError extends ReasonedError {
  override readonly name = "TerminalError";
}

/** Refused by what lies in the place or by rights there: looked at again, soon at first, and in the end every 10 minutes. */
export class BlockedError extends ReasonedError {
  override readonly name = "BlockedError";
}

/** Not a failure: something is not there yet (a Secret, a window, a job). Retried at `until` or on an event. */
export class WaitingError extends ReasonedError {
  override readonly name = "WaitingError";
  readonly until: Date | undefined;
  constructor(reason: Reason, message: string, options: ErrorOptions & { until?: Date } = {}) {
    super(reason, message, options);
    this.until = options.until;
  }
}

/** The login is refused. Directories lock accounts, so nobody tries again until a credential changes or a check gets in. */
export class CredentialsRefused extends WaitingError {
  constructor(message: string, options: ErrorOptions & { until?: Date } = {}) {
    super("CredentialsRefused", message, options);
  }
}

/**
 * Everything else: retried with back-off. `happened` tells whether a write that failed so may have been done all the same:
 * "no" closes the attempt at once, "unknown" leaves it open until its deadline. `silent`: no answer came in time.
 */
export class TransientError extends ReasonedError {
  override readonly name = "TransientError";
  readonly happened: "no" | "unknown";
  readonly retryAfter: Date | undefined;
  readonly silent: boolean;
  constructor(
    reason: Reason,
    message: string,
    options: ErrorOptions & { happened?: "no" | "unknown"; retryAfter?: Date | undefined; silent?: boolean } = {},
  ) {
    super(reason, message, options);
    this.happened = options.happened ?? "unknown";
    this.retryAfter = options.retryAfter;
    this.silent = options.silent ?? false;
  }
}

/** A state that the code rules out: a bug of ours. Treated as transient where it is caught; the log shows it. */
export class InternalDefect extends Error {
  override readonly name = "InternalDefect";
}

/** An error whose meaning is decided. */
export type StoreError = TerminalError | BlockedError | WaitingError | TransientError;

/** True for the errors above. Everything else that is thrown is a defect and treated as transient. */
export function isStoreError(error: unknown): error is StoreError {
  return error instanceof ReasonedError;
}
