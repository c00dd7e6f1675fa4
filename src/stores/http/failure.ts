import type { IncomingHttpHeaders } from "node:http";
import { abortedBy, describe, type ExchangeError, exchangeErrorOf } from "../../http/index.ts";
import { BlockedError, isStoreError, type StoreError, TransientError } from "../errors.ts";
import { codeOf, isNoTls, tlsFailure } from "./tls-failure.ts";

/** What was asked of whom, for messages and for what may have happened. */
export interface Asked {
  readonly host: string;
  /** A request that changes nothing. */
  readonly reads: boolean;
  /** Whether the store names its CA. */
  readonly ownCa: boolean;
}

/** What it means that a request got no whole answer. A refusal of the egress guard stays what it is. */
export function unanswered(thrown: unknown, { host, reads, ownCa }: Asked): StoreError {
  const error = exchangeErrorOf(thrown, true);
  if (isStoreError(error.cause)) return error.cause;
  const happened = reads || !error.sent ? "no" : "unknown";
  const untrusted = tlsFailure(error.cause, host, ownCa);
  if (untrusted !== undefined) return new TransientError("TlsNotTrusted", untrusted, { happened, cause: error });
  // Whoever comes next may have to wait as long.
  const silent = error.status === undefined && error.failure !== "Aborted" && error.failure !== "MalformedAnswer";
  const message = `${host} ${whatFailed(error)}; it is tried again.`;
  return new TransientError("StoreUnavailable", message, { happened, silent, cause: error });
}

/** What it means that whoever asked did not wait long enough for the request to be sent. */
export function unsent(signal: AbortSignal, host: string): StoreError {
  return unanswered(abortedBy(signal, false), { host, reads: true, ownCa: false });
}

function whatFailed({ failure, message, cause }: ExchangeError): string {
  switch (failure) {
    case "Timeout":
      return `gives no answer (${message})`;
    case "Aborted":
      return `was not waited for (${describe(cause ?? message)})`;
    case "MalformedAnswer":
      return `does not answer as it should (${message})`;
    case "ConnectionFailed":
      if (isNoTls(cause)) return `does not speak TLS as it should (${codeOf(cause)})`;
      return `cannot be reached, or has ended the connection (${message})`;
  }
}

/** A redirect is not followed: it would take the login elsewhere, past what was checked. */
export function redirected(
  { status, headers }: { status: number; headers: IncomingHttpHeaders },
  host: string,
): BlockedError {
  const to = originOf(headers.location, host);
  const where = to === undefined ? "" : `, to ${to}`;
  const message = `${host} answers with a redirect (HTTP ${status}${where}), which is never followed. Put the address that it means into the store, if it is the right one.`;
  return new BlockedError("RedirectRefused", message);
}

/** Without path and query, which may hold anything. */
function originOf(location: string | undefined, host: string): string | undefined {
  if (location === undefined || !URL.canParse(location, `https://${host}`)) return undefined;
  const { origin } = new URL(location, `https://${host}`);
  return origin === "null" ? undefined : origin.slice(0, 200);
}
