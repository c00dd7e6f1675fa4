import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, errors } from "undici";
import { KubeError } from "./errors.ts";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** "" where a reader took the body. */
  text: string;
}

/** Takes the body of a 2xx answer as it comes. What it throws ends the request. */
export interface BodyReader {
  push(chunk: Uint8Array): void;
}

export interface Limits {
  /** A longer answer is `MalformedAnswer`. */
  bytes: number;
  /** From now to the end of the answer, time in the pool's queue included; then `Timeout`. */
  milliseconds: number;
}

/**
 * One request and its whole answer on one pool. Fails with a `KubeError` whose `sent` is exact: undici tells when it
 * starts to write to a connection, so a request that waited for one, or whose handshake failed, was not sent.
 */
export function exchange(
  pool: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: Limits,
  signal: AbortSignal,
  reader?: BodyReader,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;
  let sent = false;
  let status = 0;
  let headers: IncomingHttpHeaders = {};
  const chunks: Uint8Array[] = [];
  let bytes = 0;

  const settle = (): void => {
    settled = true;
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  const stop = (error: KubeError): void => {
    if (settled) return;
    settle();
    reject(error);
    controller?.abort(new errors.RequestAbortedError());
  };
  const abort = (): void => stop(abortedBy(signal, sent));
  const timer = setTimeout(
    () => stop(new KubeError("Timeout", `no whole answer within ${limits.milliseconds / 1000} s`, { sent })),
    limits.milliseconds,
  );
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  if (settled) return promise;

  pool.dispatch(request, {
    onRequestStart(started) {
      controller = started;
      if (settled) controller.abort(new errors.RequestAbortedError());
      else sent = true;
    },
    onResponseStart(_, code, received) {
      status = code;
      headers = received;
    },
    onResponseData(_, chunk) {
      if (settled) return;
      bytes += chunk.byteLength;
      if (bytes > limits.bytes) {
        return stop(new KubeError("MalformedAnswer", `the answer is longer than ${limits.bytes} bytes`, { status }));
      }
      if (reader === undefined || !isSuccess(status)) return void chunks.push(chunk);
      try {
        reader.push(chunk);
      } catch (error) {
        stop(failureOf(error, sent));
      }
    },
    onResponseEnd() {
      if (settled) return;
      settle();
      resolve({ status, headers, text: Buffer.concat(chunks).toString("utf8") });
    },
    onResponseError(_, error) {
      stop(failureOf(error, sent));
    },
  });
  return promise;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** The error of a request that its caller gave up. */
export function abortedBy(signal: AbortSignal, sent: boolean): KubeError {
  return new KubeError("Aborted", "the request was given up", { sent, cause: signal.reason });
}

/** What a failure of the connection means. `sent` as in `KubeError`, which stays what it is. */
export function failureOf(error: unknown, sent: boolean): KubeError {
  if (error instanceof KubeError) return error;
  if (error instanceof errors.ClientDestroyedError) {
    return new KubeError("Aborted", "the client was closed", { sent, cause: error });
  }
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new KubeError("Timeout", "the server stopped answering", { sent, cause: error });
  }
  if (error instanceof errors.HTTPParserError) {
    return new KubeError("MalformedAnswer", "the answer is not HTTP/1.1", { sent, cause: error });
  }
  return new KubeError("ConnectionFailed", describe(error), { sent, cause: error });
}

/** What an error says, for a message of ours. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's AggregateError for several addresses has no message of its own.
  const inner = error instanceof AggregateError ? error.errors.map((one) => describe(one)).join("; ") : "";
  return error.message || inner || error.name;
}
