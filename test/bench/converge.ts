import { StoreDeployments } from "../../src/controllers/resources.ts";
import { Secret } from "../../src/kube/index.ts";
import { metadataOf } from "../../src/kube/index.ts";
import { eventually } from "../control-plane/index.ts";
import type { BenchCluster, Realm } from "./bench-cluster.ts";
import { BenchOperator } from "./bench-operator.ts";
import { benchDeployment, benchImport, type Certificate, sourceSecret } from "./objects.ts";
import { RawClient } from "./raw-client.ts";
import { requestsOfDelivery, type Stored } from "./requests.ts";
import { requestsIn, secondsOf } from "./server-times.ts";

/** Deliveries under way at once: the operator's default for a kind. */
const concurrency = 16;
const convergeMs = 600_000;

export interface Rate {
  /** From the first request of a delivery to the last answer, seconds. */
  readonly seconds: number;
  readonly perSecond: number;
}

export interface Convergence extends Rate {
  /** From process start until every status says delivered, seconds. */
  readonly fromStart: number;
  readonly requests: number;
  /** Processor time of the operator, seconds. */
  readonly cpu: number;
  readonly operator: BenchOperator;
}

/** Sources, and deployments that are waiting for an operator. */
export async function loadDeployments(
  cluster: BenchCluster,
  { home, away }: Realm,
  count: number,
  certificate: Certificate,
): Promise<Stored[]> {
  await cluster.load(numbered(count).map((name) => sourceSecret(home, name, certificate)));
  const deployments = await cluster.load(numbered(count).map((name) => benchDeployment(home, away, name, name)));
  return deployments.map(({ metadata }) => ({
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
  }));
}

/** Imports of the sources that are there, into places of their own. Resolves when a running operator has delivered them. */
export async function deliverImports(cluster: BenchCluster, { home, away }: Realm, count: number): Promise<void> {
  const imports = numbered(count).map((name) => benchImport(home, away, `import-${name}`, name));
  const placed = placesFilled(cluster, away, 2 * count);
  await cluster.load(imports);
  await placed;
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `web-${index}`);
}

/** How fast the API server takes the requests of that many deliveries from a plain loop. */
export async function rawRate(
  cluster: BenchCluster,
  realm: Realm,
  count: number,
  certificate: Certificate,
): Promise<Rate> {
  const stored = await loadDeployments(cluster, realm, count, certificate);
  const raw = new RawClient(cluster.plane, await cluster.tokens(realm), concurrency);
  const since = new Date();
  let next = 0;
  const one = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const name = `web-${index}`;
      const names = { ...realm, name, source: name, ownerId: cluster.clusterUid, clusterUid: cluster.clusterUid };
      const deployment = stored[index];
      if (deployment === undefined) throw new Error(`${name} is not loaded`);
      for (const request of requestsOfDelivery(names, deployment)) await raw.send(request);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  await raw.close();
  return rateOf(secondsOf(await requestsIn(cluster.plane, realm, since)), count);
}

/** How fast a new operator process delivers what is loaded. It goes on running. */
export async function converge(cluster: BenchCluster, realm: Realm, count: number): Promise<Convergence> {
  const { plane } = cluster;
  const since = new Date();
  const placed = placesFilled(cluster, realm.away, count);
  const operator = await BenchOperator.start(plane, [realm.home]);
  await operator.while(placed);
  await eventually("every status to say delivered", async () => (await delivered(cluster, realm.home)) === count, {
    withinMs: convergeMs,
  });
  const fromStart = operator.age / 1_000;
  const cpu = (await operator.cpuMs()) / 1_000;
  const isOver = async (): Promise<boolean> => (await eventsTold(cluster, realm, since)) >= count;
  await eventually("every event to be told", isOver, { withinMs: convergeMs, everyMs: 1_000 });
  const requests = await requestsIn(plane, realm, since);
  return { ...rateOf(secondsOf(requests), count), fromStart, requests: requests.length, cpu, operator };
}

async function eventsTold({ plane }: BenchCluster, { home }: Realm, since: Date): Promise<number> {
  return (await plane.audit.writes({ resource: "events", namespace: home, since })).length;
}

function rateOf(seconds: number, count: number): Rate {
  return { seconds, perSecond: count / seconds };
}

/** A watch costs the API server less than lists that ask again and again. */
async function placesFilled({ plane }: BenchCluster, namespace: string, count: number): Promise<void> {
  const signal = AbortSignal.timeout(convergeMs);
  const seen = new Set<string>();
  const watch = plane.client.watch(metadataOf(Secret), {
    namespace,
    resourceVersion: "0",
    timeoutSeconds: 600,
    signal,
  });
  for await (const event of watch) {
    if (event.type === "ADDED") seen.add(event.object.metadata.name ?? "");
    if (seen.size >= count) return;
  }
  throw new Error(`${seen.size} of ${count} places are filled, and the watch has ended`);
}

async function delivered({ plane }: BenchCluster, namespace: string): Promise<number> {
  const { items } = await plane.client.list(StoreDeployments, { namespace, signal: AbortSignal.timeout(60_000) });
  return items.filter(({ status }) => status?.summary === "1/1 delivered").length;
}
