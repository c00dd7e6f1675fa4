import { empty } from "../http/answer.ts";
import { type Fault, instead } from "../http/faults.ts";
import { html } from "./http/answer.ts";

/** Of a proxy before Command: the reference has no limit of Command's own (A.4 [K]). @param retryAfter seconds, or an HTTP date */
export function tooManyRequests(retryAfter: number | string): Fault {
  return instead(html(429, "Too Many Requests", { "retry-after": String(retryAfter) }));
}

export const unavailable: Fault = instead(html(503, "Service Unavailable"));

/** Two shapes of a refused login (A.4): neither is JSON. */
export const htmlUnauthorized: Fault = instead(html(401, "401 - Unauthorized: Access is denied."));
export const emptyUnauthorized: Fault = instead(empty(401));
