import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../control-plane/index.ts";
import type { BenchCluster, Realm } from "./bench-cluster.ts";
import { BenchOperator, rssOf } from "./bench-operator.ts";
import { named } from "../integration/world.ts";
import { requestsIn } from "./server-times.ts";
import { median } from "./statistics.ts";

/** An operator that has looked at everything and has nothing to do. */
export interface AtRest {
  /** Milliseconds from process start to `/readyz`. */
  readonly readyMs: number;
  /** Resident memory, MB. */
  readonly rss: number;
  /** Percent of one core. */
  readonly cpu: number;
  /** Requests for each place that was looked at. */
  readonly requestsPerLook: number;
}

const lookMs = 600_000;
const restMs = 20_000;
const starts = 5;

/** Starts an operator anew over `places` places that are filled already, and lets it come to rest. */
export async function rest(
  cluster: BenchCluster,
  realm: Realm,
  places: number,
  more: readonly string[] = [],
): Promise<AtRest> {
  const since = new Date();
  const operator = await BenchOperator.start(cluster.plane, [realm.home, ...more]);
  const readyMs = await operator.ready();
  const looks = async (): Promise<number> =>
    (await requestsIn(cluster.plane, realm, since)).filter(({ namespace }) => namespace === realm.away).length;
  await eventually("a look at every place", async () => (await looks()) >= places, {
    withinMs: lookMs,
    everyMs: 2_000,
  });
  const requestsPerLook = (await requestsIn(cluster.plane, realm, since)).length / places;
  await sleep(restMs);
  const cpu = await operator.cpu(restMs);
  const rss = await operator.rss();
  await operator.stop();
  return { readyMs, rss, cpu, requestsPerLook };
}

/** Milliseconds from process start to ready in an empty realm; the median of several starts. */
export async function startToReady(cluster: BenchCluster, realm: Realm): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < starts; round += 1) {
    const operator = await BenchOperator.start(cluster.plane, [realm.home]);
    times.push(await operator.ready());
    await operator.stop();
  }
  return median(times);
}

/** Secrets that nobody refers to. */
export async function loadUnrelated(
  cluster: BenchCluster,
  namespace: string,
  count: number,
  bytes: number,
): Promise<void> {
  const data = { blob: randomBytes(bytes).toString("base64") };
  const secrets = Array.from({ length: count }, (_, index) => ({
    ...named("v1", "Secret", `unrelated-${index}`, namespace),
    data,
  }));
  await cluster.load(secrets);
}

/** Resident memory of a Node process that does nothing, MB. */
export async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1_000)"], { stdio: "ignore" });
  await sleep(2_000);
  const rss = await rssOf(child.pid ?? 0);
  child.kill("SIGKILL");
  return rss;
}
