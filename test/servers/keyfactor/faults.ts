import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, empty, html } from "./http/answer.ts";

/** A request that has come, before anything is done about it. */
export interface Exchange {
  /** Does what is asked; the answer is not sent. */
  readonly work: () => Promise<Answer>;
  readonly send: (answer: Answer) => void;
  /** The bytes of an answer's body. */
  readonly encode: (answer: Answer) => Buffer;
  readonly response: ServerResponse;
}

/** What becomes of a request that meets it. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

/** How a connection ends without an answer: `Stall` leaves it open, so that the client's time runs out. */
export type Ending = "Close" | "Stall";

/** The work is never done, and there is no answer. */
export function neverDone(ending: Ending): Fault {
  return ({ response }) => end(response, ending);
}

/** The work is done, and there is no answer. */
export function doneButLost(ending: Ending): Fault {
  return async ({ work, response }) => {
    await work();
    end(response, ending);
  };
}

/**
 * The work is done so much later. This server takes a millisecond for most requests: without a delay hardly two are ever under
 * way at once, and `Traffic.most` tells nothing about a client's limit.
 */
export function delayed(milliseconds: number): Fault {
  return async ({ work, send }) => {
    await sleep(milliseconds);
    send(await work());
  };
}

/** The work is done; the answer breaks off in the middle of its body. */
export const halfABody: Fault = async ({ work, encode, response }) => {
  const answer = await work();
  const body = encode(answer);
  response.writeHead(answer.status, { "content-type": "application/json", "content-length": body.byteLength });
  response.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => response.destroy());
};

/** Of a proxy before Command: the reference has no limit of Command's own (A.4 [K]). @param retryAfter seconds, or an HTTP date */
export function tooManyRequests(retryAfter: number | string): Fault {
  return instead(html(429, "Too Many Requests", { "retry-after": String(retryAfter) }));
}

export const unavailable: Fault = instead(html(503, "Service Unavailable"));

/** Two shapes of a refused login (A.4): neither is JSON. */
export const htmlUnauthorized: Fault = instead(html(401, "401 - Unauthorized: Access is denied."));
export const emptyUnauthorized: Fault = instead(empty(401));

function instead(answer: Answer): Fault {
  return ({ send }) => send(answer);
}

function end(response: ServerResponse, ending: Ending): void {
  if (ending === "Close") response.destroy();
}
