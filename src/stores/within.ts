/**
 * Gives `work` a signal that is aborted with the caller's, or with a `TimeoutError` when its time is up. Timer and listener end
 * with the work: those of `AbortSignal.timeout` would keep every call's signal for the whole timeout.
 */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = new AbortController();
  const abort = (): void => limited.abort(signal.reason);
  const expire = (): void => limited.abort(new DOMException(`no end within ${milliseconds / 1000} s`, "TimeoutError"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(expire, milliseconds);
  try {
    return await work(limited.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
