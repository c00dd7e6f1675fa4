import { expect } from "vitest";
import { type ControlPlane, eventually } from "../control-plane/index.ts";
import { type Told, toldByAudit } from "./leader-audit.ts";
import { type Home, makeHome } from "./leader-home.ts";
import { leaderOf, Replica, startMs } from "./leader-replica.ts";
import { Workload } from "./leader-workload.ts";

/**
 * A standby sees the last renewal at most one look (2 s and a fifth) after it was made, and takes the lease 15 s after
 * that; the rest is for a machine that is busy with the other replicas.
 */
export const takeOverMs = 15_000 + 2_400 + 8_000;

/** Replicas that serve one home, one of which leads, with work under way. */
export interface Case {
  readonly plane: ControlPlane;
  readonly home: Home;
  readonly leader: Replica;
  readonly others: readonly Replica[];
  readonly workload: Workload;
}

/** Starts them; `preload` is what runs in each before the operator. */
export async function startCase(
  plane: ControlPlane,
  prefix: string,
  count: number,
  preload: (index: number) => string | undefined = () => undefined,
): Promise<Case> {
  const names = Array.from({ length: count }, (_, index) => `replica-${index + 1}`);
  const home = await makeHome(plane, prefix, names, "1s");
  const start = (name: string, index: number): Promise<Replica> =>
    Replica.start(plane, home.home, name, { preload: preload(index) });
  const all = await Promise.all(names.map(start));
  const leader = await leaderOf(plane, home.home, all);
  const areWarm = async (): Promise<boolean> => (await Promise.all(all.map((one) => one.isWarm()))).every(Boolean);
  await eventually("the others to be warm", areWarm, { withinMs: startMs });
  const workload = new Workload(plane, home);
  await workload.start();
  return { plane, home, leader, others: all.filter((one) => one !== leader), workload };
}

/** Does `fault` while certificates are renewed, and tells which of `heirs` leads after it, and how long that took. */
export async function handOver(
  { plane, home, workload }: Case,
  heirs: readonly Replica[],
  fault: () => unknown,
): Promise<{ leader: Replica; ms: number }> {
  await workload.rounds(3);
  const started = performance.now();
  await fault();
  const leader = await leaderOf(plane, home.home, heirs, takeOverMs);
  const ms = Math.round(performance.now() - started);
  await workload.rounds(3);
  return { leader, ms };
}

/** Ends the work, and gives what the audit log tells. `measured` is printed beside it. */
export async function endCase({ plane, home, workload }: Case, measured: object): Promise<Told> {
  await workload.finish();
  const told = await toldByAudit(plane, home);
  const { writes, attempts } = told;
  console.log(JSON.stringify({ ...measured, writes, attempts, places: workload.places }));
  expect(attempts).toBeGreaterThan(0);
  return told;
}
