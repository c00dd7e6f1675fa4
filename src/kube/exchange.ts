import type { Dispatcher } from "undici";
import {
  abortedBy as givenUp,
  type Answer as RawAnswer,
  type BodyReader,
  exchange as send,
  exchangeErrorOf,
  type Limits,
} from "../http/index.ts";
import { KubeError } from "./errors.ts";

export interface Answer extends Pick<RawAnswer, "status" | "headers"> {
  /** "" where a reader took the body. */
  readonly text: string;
}

/** `exchange`, with text for an answer and `KubeError` for what failed. */
export async function exchange(
  pool: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: Limits,
  signal: AbortSignal,
  reader?: BodyReader,
): Promise<Answer> {
  try {
    const { status, headers, body } = await send(pool, request, limits, signal, reader);
    return { status, headers, text: body.toString("utf8") };
  } catch (error) {
    throw failureOf(error, true);
  }
}

/** What a failure of the connection means. `sent` as in `KubeError`, which stays what it is. */
export function failureOf(error: unknown, sent: boolean): KubeError {
  if (error instanceof KubeError) return error;
  const { failure, message, cause, ...known } = exchangeErrorOf(error, sent);
  return new KubeError(failure, message, { sent: known.sent, status: known.status, cause });
}

/** The error of a request that its caller gave up. */
export function abortedBy(signal: AbortSignal, sent: boolean): KubeError {
  return failureOf(givenUp(signal, sent), sent);
}
