import type { KubeError } from "./errors.ts";

const SHORTEST_BACKOFF = 800;
const LONGEST_BACKOFF = 30_000;
/** However long a server asks to be left alone: to be blind for longer is worse. */
const LONGEST_RETRY_AFTER = 60_000;

/** The server has forgotten the history that was asked for. */
export function isExpired(error: KubeError): boolean {
  return error.reason === "Expired" || error.reason === "Gone" || error.status === 410;
}

/**
 * Whether it was the server, not what it was asked for: then the version may still be good. Not after 410, nor after a
 * silence, which is also how a version from the future looks.
 */
export function mayGoOn({ reason, status = 0 }: KubeError): boolean {
  return reason === "ConnectionFailed" || [401, 403, 429].includes(status) || (status >= 500 && status !== 504);
}

/**
 * Whether the same page may be asked for again. Other refusals may be for the continue token: one from before a restore of
 * etcd is answered with 500, for ever.
 */
export function pageIsStillThere(error: KubeError): boolean {
  return error.status === undefined || error.status === 429;
}

/**
 * Milliseconds to wait: as long as the server asks, and 0.8-1.6 s, 1.6-3.2 s, ... 15-30 s at least.
 * @param failures in a row, from 1
 * @param random in [0, 1)
 */
export function pauseAfter(failures: number, error: KubeError | undefined, random: number): number {
  const told = Math.min((error?.retryAfterSeconds ?? 0) * 1000, LONGEST_RETRY_AFTER);
  const backoff = Math.min(SHORTEST_BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF / 2) * (1 + random);
  return Math.max(told, backoff);
}
