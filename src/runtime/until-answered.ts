import { isKubeError } from "../kube/index.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { Logger } from "./log.ts";

const retryMs = { first: 500, longest: 10_000 };

/**
 * What the API server answers, however long it is away or does not know our rights yet; undefined when `signal` is aborted
 * first. Rejects on anything that is no failure of a request.
 */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  log: Logger,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isKubeError(error)) throw error;
      if (signal.aborted) return undefined;
      log.warn({ err: error }, "the API server is not ready for us; it is asked again");
      await sleep(clock, Math.min(retryMs.first * 2 ** failures, retryMs.longest), signal);
    }
  }
  return undefined;
}
