import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is neither undefined nor false, and gives it. Rejects after `withinMs` with what was waited for
 * and the last error, if there was one; `look` may throw as long as the state is not there.
 * @example await eventually("the Secret in web", () => client.get(Secret, ref, { signal }));
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { withinMs = 20_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let cause: unknown;
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const why = cause instanceof Error ? `: ${cause.message}` : "";
      throw new Error(`waited ${withinMs} ms for ${what}${why}`, { cause });
    }
    await sleep(everyMs);
  }
}
