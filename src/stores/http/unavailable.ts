import { TransientError } from "../errors.ts";
import type { HttpAnswer } from "./message.ts";

/** A date that is further away is none. */
const longestPauseMs = 86_400_000;

/**
 * The error of an answer that says "not now", whatever the vendor: 408, 429 and 5xx; undefined for any other. A 408 or 429 was
 * not carried out (RFC 9110 15.5.9, RFC 6585 4). Nor was, for all that clients go by, a 503 that names a time to come back: then
 * client-go and the SDKs of Azure send writes again, too. All other failures leave a write in doubt: what was behind a gateway may
 * have ended well.
 * @param reads whether the request changes nothing
 */
export function unavailable(
  { status, headers }: Pick<HttpAnswer, "status" | "headers">,
  { host, reads, now }: { readonly host: string; readonly reads: boolean; readonly now: Date },
): TransientError | undefined {
  if (status !== 408 && status !== 429 && (status < 500 || status > 599)) return undefined;
  const retryAfter = retryAfterOf(headers, now);
  const turnedAway = status === 408 || status === 429 || (status === 503 && retryAfter !== undefined);
  const happened = turnedAway || reads ? "no" : "unknown";
  const message = `${host} answers HTTP ${status} (${meaning(status)}); it is tried again.`;
  return new TransientError("StoreUnavailable", message, { happened, retryAfter });
}

/** When the server wants to be asked again (RFC 9110 10.2.3); undefined where it does not say so. */
export function retryAfterOf({ "retry-after": text = "" }: HttpAnswer["headers"], now: Date): Date | undefined {
  const trimmed = text.trim();
  const ms = /^[0-9]{1,9}$/.test(trimmed) ? Number(trimmed) * 1000 : dateOf(trimmed) - now.getTime();
  if (Number.isNaN(ms)) return undefined;
  return new Date(now.getTime() + Math.min(Math.max(ms, 0), longestPauseMs));
}

/** An HTTP-date as everybody sends it, in GMT; NaN for anything else. */
function dateOf(text: string): number {
  return text.endsWith(" GMT") ? Date.parse(text) : Number.NaN;
}

function meaning(status: number): string {
  if (status === 429) return "too many requests";
  if (status === 408) return "it has waited too long for the request";
  if (status === 503) return "not available now";
  return status === 502 || status === 504 ? "what is behind its gateway does not answer" : "it has failed";
}
