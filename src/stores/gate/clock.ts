/** Monotonic time, injected so that tests need none. */
export interface GateClock {
  /** Milliseconds. */
  now(): number;
  /** Calls `run` after the time; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void;
}
