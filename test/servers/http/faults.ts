import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";

/** A request that has come, before anything is done about it. */
export interface Exchange {
  /** Does what is asked; the answer is not sent. */
  readonly work: () => Promise<Answer>;
  readonly send: (answer: Answer) => void;
  /** An answer as it goes over the wire. */
  readonly written: (answer: Answer) => { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };
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
 * The work is done so much later. A contract server takes a millisecond for most requests: without a delay hardly two are ever
 * under way at once, and `Traffic.most` tells nothing about a client's limit.
 */
export function delayed(milliseconds: number): Fault {
  return async ({ work, send }) => {
    await sleep(milliseconds);
    send(await work());
  };
}

/** The work is done; the answer breaks off in the middle of its body. */
export const halfABody: Fault = async ({ work, written, response }) => {
  const answer = await work();
  const { headers, body } = written(answer);
  response.writeHead(answer.status, { ...headers, "content-length": body.byteLength });
  response.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => response.destroy());
};

/** The work is never done; this is answered. */
export function instead(answer: Answer): Fault {
  return ({ send }) => send(answer);
}

function end(response: ServerResponse, ending: Ending): void {
  if (ending === "Close") response.destroy();
}
