/** Time and chance, injected so that tests need neither. */
export interface Clock {
  /** Monotonic milliseconds: setting the wall clock neither holds anything back nor lets it go early. */
  now(): number;
  /** Calls `run` after the time; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  /** In [0, 1), for jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Resolves after the time, or at once when `signal` is aborted. */
export async function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const cancel = clock.after(milliseconds, wake);
  signal.addEventListener("abort", wake, { once: true });
  try {
    await promise;
  } finally {
    cancel();
    signal.removeEventListener("abort", wake);
  }
}
