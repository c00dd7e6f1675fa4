/**
 * How fast the operator is, against what the same API server takes from a plain loop in the same run: `npm run bench`. Ends
 * with one table; docs/performance.md says what it means. `-- --small` runs everything with a tenth of the objects.
 */
import { availableParallelism, totalmem } from "node:os";
import { BenchCluster } from "./bench-cluster.ts";
import { BenchOperator } from "./bench-operator.ts";
import {
  converge,
  type Convergence,
  deliverImports,
  loadDeployments,
  numbered,
  type Rate,
  rawRate,
} from "./converge.ts";
import { benchCertificate } from "./objects.ts";
import { bareNode, loadUnrelated, rest, startToReady } from "./rest.ts";
import { burst, rotate, rotateRaw } from "./rotate.ts";
import { median, percentile } from "./statistics.ts";
import { type Row, table } from "./table.ts";

const scale = process.argv.includes("--small") ? 0.1 : 1;
const few = 1_000 * scale;
const many = 5_000 * scale;
const rotations = 200 * scale;
const unrelated = { count: 2_000 * scale, bytes: 512 * 1_024 };

const rows: Row[] = [];
const cluster = await BenchCluster.start(say);
try {
  await measure();
} finally {
  await cluster.stop();
}
say(
  `\n${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}\n\n${table(rows)}`,
);
process.exitCode = rows.some(({ met }) => met === false) ? 1 : 0;

async function measure(): Promise<void> {
  await BenchOperator.build(cluster.plane);
  const certificate = await benchCertificate();
  const bare = await bareNode();

  say("start to ready");
  const readyMs = await startToReady(cluster, await cluster.realm("empty"));
  rows.push({ what: "start to ready, empty", value: ms(readyMs), goal: "1 s", met: readyMs <= 1_000 });

  say(`${few} deliveries from a plain loop, to warm up`);
  await rawRate(cluster, await cluster.realm("warm"), few, certificate);
  say(`${few} deliveries: plain loop, operator, plain loop`);
  const before = await rawRate(cluster, await cluster.realm("raw"), few, certificate);
  const fewRealm = await cluster.realm("few");
  await loadDeployments(cluster, fewRealm, few, certificate);
  const first = await converge(cluster, fewRealm, few);
  await first.operator.stop();
  const rawRealm = await cluster.realm("raw");
  const after = await rawRate(cluster, rawRealm, few, certificate);
  converged(few, first, [before, after]);

  say(`${few} at rest`);
  const fewAtRest = await rest(cluster, fewRealm, few);
  rows.push(memory(`memory at rest, ${few} deployments`, fewAtRest.rss, bare, 85));

  say(`${many} deliveries: operator, plain loop`);
  const realm = await cluster.realm("many");
  await loadDeployments(cluster, realm, many, certificate);
  const second = await converge(cluster, realm, many);
  const manyRaw = await rawRate(cluster, await cluster.realm("raw"), many, certificate);
  converged(many, second, [manyRaw]);

  say(`${rotations} rotations: plain loop, operator, plain loop`);
  const names = numbered(rotations);
  const rawTimes = [await rotateRaw(cluster, rawRealm, names)];
  const times = await rotate(cluster, realm, names);
  rawTimes.push(await rotateRaw(cluster, rawRealm, names));
  const raw = {
    toWrite: rawTimes.flatMap(({ toWrite }) => toWrite),
    toPlace: rawTimes.flatMap(({ toPlace }) => toPlace),
  };
  rotated("rotation to write, p50", median(times.toWrite), median(raw.toWrite));
  rotated("rotation to place, p50", median(times.toPlace), median(raw.toPlace));
  const [p99, rawP99] = [percentile(times.toPlace, 0.99), percentile(raw.toPlace, 0.99)];
  rows.push({
    what: "rotation to place, p99",
    value: ms(p99),
    base: ms(rawP99),
    ratio: p99 / rawP99,
    goal: "base + 50 ms",
    met: p99 <= rawP99 + 50,
  });
  const ten = await burst(cluster, realm, "web-0", { changes: 10, withinMs: 2_000 });
  rows.push(
    { what: "writes for ten changes within 2 s", value: String(ten.writes), goal: "10 at most", met: ten.writes <= 10 },
    { what: "last of ten changes to place", value: ms(ten.lastMs), goal: "100 ms", met: ten.lastMs <= 100 },
  );

  say(`${many} imports, then all at rest`);
  await deliverImports(cluster, realm, many);
  rows.push({ what: "memory right after all these deliveries", value: mb(await second.operator.rss()) });
  await second.operator.stop();
  const all = await rest(cluster, realm, 2 * many);
  rows.push(
    memory(`memory at rest, ${2 * many} objects`, all.rss, bare, 150),
    { what: `processor at rest, ${2 * many} objects`, value: `${all.cpu.toFixed(1)} % of a core` },
    { what: `start to ready, ${2 * many} objects`, value: ms(all.readyMs) },
    { what: "requests for each refresh", value: all.requestsPerLook.toFixed(2), base: "2: source, place" },
  );

  say(`${unrelated.count} unrelated Secrets of ${unrelated.bytes / 1_024} KB`);
  const noise = await cluster.plane.namespace("unrelated");
  await loadUnrelated(cluster, noise, unrelated.count, unrelated.bytes);
  const beside = await rest(cluster, realm, 2 * many, [noise]);
  const cost = beside.rss - all.rss;
  rows.push({ what: "memory for unrelated Secrets", value: mb(cost), goal: "5 MB", met: cost <= 5 });
}

function converged(count: number, own: Convergence, raw: readonly Rate[]): void {
  const base = raw.reduce((sum, { perSecond }) => sum + perSecond, 0) / raw.length;
  const ratio = own.perSecond / base;
  rows.push(
    {
      what: `${count} deliveries`,
      value: `${own.perSecond.toFixed(1)} /s`,
      base: `${base.toFixed(1)} /s`,
      ratio,
      goal: "0.80",
      met: ratio >= 0.8,
    },
    { what: `${count} deliveries from process start`, value: `${own.fromStart.toFixed(1)} s` },
    { what: "requests for each delivery", value: (own.requests / count).toFixed(2), base: "6" },
    { what: "processor time for each delivery", value: ms((own.cpu * 1_000) / count) },
  );
}

function rotated(what: string, own: number, base: number): void {
  rows.push({ what, value: ms(own), base: ms(base), ratio: own / base, goal: "1.50", met: own <= 1.5 * base });
}

function memory(what: string, rss: number, bare: number, most: number): Row {
  return { what, value: mb(rss), base: `${mb(bare)} bare Node`, ratio: rss / bare, goal: mb(most), met: rss <= most };
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}

function mb(megabytes: number): string {
  return `${megabytes.toFixed(1)} MB`;
}

function say(line: string): void {
  console.log(line);
}
