import { type Clock, sleep, systemClock } from "./clock.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

const beatMs = 1_000;
/** A beat so much too late is told: less is the everyday of a busy machine. */
const lateMs = 1_000;

/**
 * Tells, as soon as it goes on, that the event loop stood still: a loop that is stuck answers no probe, so that the kubelet
 * ends the process; one that recovers would leave no trace. Runs until `signal` is aborted.
 */
export async function watchEventLoop(
  log: Logger,
  { eventLoopStall }: Pick<Metrics, "eventLoopStall">,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  while (!signal.aborted) {
    const due = clock.now() + beatMs;
    await sleep(clock, beatMs, signal);
    const late = clock.now() - due;
    if (late < lateMs) continue;
    eventLoopStall.inc(late / 1000);
    log.warn(
      { seconds: Math.round(late) / 1000 },
      "the event loop stood still: nothing was done and no probe answered",
    );
  }
}
