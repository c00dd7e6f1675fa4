import type { Exchange } from "./exchange.ts";

/** How an answer ends, at whatever point it is. */
export type Ending = (exchange: Exchange) => void;

/**
 * Resets the connection: the client sees ECONNRESET, and may lose what it has not read yet. Where it is to have read
 * what came before, `close`.
 */
export const reset: Ending = (exchange) => exchange.reset();

/** Closes the connection, after what has been said so far. */
export const close: Ending = ({ response }) => void response.socket?.end();

/** Says nothing any more and keeps the connection open. */
export const stall: Ending = () => {};

/** Ends the answer in good order, as the API server ends a watch whose time is over. */
export const end: Ending = ({ response }) => void response.end();

/** A `Status` as the API server's, instead of its answer. */
export function answer(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Ending {
  return ({ response }) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(statusOf(code, reason)));
  };
}

/** The ERROR event with which the API server breaks off a watch. */
export function errorEvent(code: number, reason: string): Ending {
  return ({ response }) => void response.end(`${JSON.stringify({ type: "ERROR", object: statusOf(code, reason) })}\n`);
}

function statusOf(code: number, reason: string): object {
  return {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason,
    code,
    message: `${reason}, says the fault proxy`,
  };
}
