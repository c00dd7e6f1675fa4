/**
 * Microseconds of processor time, in all threads, that one call takes: the best of some rounds, after a warm-up. What else runs
 * on the machine disturbs that least. The programs that ours are held against measure themselves in the same way.
 */
export async function microseconds(calls: number, work: () => unknown): Promise<number> {
  const rounds = 15;
  const each = Math.ceil(calls / rounds);
  await round(calls, work);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) best = Math.min(best, await round(each, work));
  return best;
}

async function round(calls: number, work: () => unknown): Promise<number> {
  const started = process.cpuUsage();
  for (let i = 0; i < calls; i++) await work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / calls;
}

export function inWords(us: number): string {
  return us < 1_000 ? `${us.toFixed(1)} us` : `${(us / 1_000).toFixed(2)} ms`;
}
