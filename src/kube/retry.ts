import type { KubeError } from "./errors.ts";

const CONNECTION_TRIES = 4;
const THROTTLED_TRIES = 6;
const LONGEST_WAIT_SECONDS = 30;

/**
 * Whether a failed request is sent again, and after how many milliseconds; `undefined` means no.
 * A read may be repeated. A write is repeated only when it certainly was not executed: the server turned it away (429)
 * or it never left (`sent` is false).
 * @param tries how often it was sent or tried so far, from 1
 * @param random in [0, 1)
 */
export function retryDelay(method: string, error: KubeError, tries: number, random: number): number | undefined {
  const wait = error.retryAfterSeconds;
  if (wait !== undefined && wait > LONGEST_WAIT_SECONDS) return undefined;
  if (isThrottled(method, error)) {
    return tries < THROTTLED_TRIES ? Math.max((wait ?? 0) * 1000, backoff(tries, random)) : undefined;
  }
  if (error.reason === "ConnectionFailed" && (method === "GET" || !error.sent)) {
    return tries < CONNECTION_TRIES ? backoff(tries, random) : undefined;
  }
  return undefined;
}

/** 429 always; for reads also the 5xx whose Retry-After asks to come again, as client-go does. */
function isThrottled(method: string, error: KubeError): boolean {
  if (error.status === 429) return true;
  return method === "GET" && (error.status ?? 0) >= 500 && error.retryAfterSeconds !== undefined;
}

/** 50-100 ms, 150-300 ms, 450-900 ms, 1.35-2.7 s, ... */
function backoff(tries: number, random: number): number {
  return 50 * 3 ** (tries - 1) * (1 + random);
}
