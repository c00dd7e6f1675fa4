const first = 5_000;
const longest = 600_000;
/** Failures in a row after which the wait grows no more. */
export const mostFailures = Math.ceil(Math.log2(longest / first));

/**
 * When a place is tried again after `failures` earlier failures in a row: 5 s doubling to 10 min, with a tenth of jitter
 * either way so that places which failed together do not come back together.
 * @param random in [0, 1)
 */
export function backOff(failures: number, now: Date, random: number): Date {
  const plain = Math.min(first * 2 ** failures, longest);
  return new Date(now.getTime() + Math.round(plain * (0.9 + 0.2 * random)));
}
