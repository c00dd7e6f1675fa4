import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, errors } from "undici";
import { ExchangeError, exchangeErrorOf } from "./exchange-error.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty where a reader took the body. */
  readonly body: Buffer;
}

/** Takes the body of a 2xx answer as it comes. What it throws ends the request, and is thrown as it is. */
export interface BodyReader {
  push(chunk: Uint8Array): void;
}

export interface Limits {
  /** A longer answer is `MalformedAnswer`. */
  readonly bytes: number;
  /** From now to the end of the answer, time in the pool's queue included; then `Timeout`. */
  readonly milliseconds: number;
}

/**
 * One request and its whole answer on one pool. Fails with an `ExchangeError` whose `sent` is exact: undici tells when it
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
  let status: number | undefined;
  let headers: IncomingHttpHeaders = {};
  const chunks: Uint8Array[] = [];
  let bytes = 0;

  const settle = (): void => {
    settled = true;
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  const stop = (error: Error): void => {
    if (settled) return;
    settle();
    reject(error);
    controller?.abort(new errors.RequestAbortedError());
  };
  const abort = (): void => stop(abortedBy(signal, sent));
  const timer = setTimeout(
    () => stop(new ExchangeError("Timeout", `no whole answer within ${limits.milliseconds / 1000} s`, { sent })),
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
        const message = `the answer is longer than ${limits.bytes} bytes`;
        return stop(new ExchangeError("MalformedAnswer", message, { sent, status }));
      }
      if (reader === undefined || !isSuccess(status ?? 0)) return void chunks.push(chunk);
      try {
        reader.push(chunk);
      } catch (error) {
        stop(error instanceof Error ? error : exchangeErrorOf(error, sent));
      }
    },
    onResponseEnd() {
      if (settled || status === undefined) return;
      settle();
      resolve({ status, headers, body: Buffer.concat(chunks) });
    },
    onResponseError(_, error) {
      stop(exchangeErrorOf(error, sent));
    },
  });
  return promise;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** The error of a request that its caller gave up. */
export function abortedBy(signal: AbortSignal, sent: boolean): ExchangeError {
  return new ExchangeError("Aborted", "the request was given up", { sent, cause: signal.reason });
}
