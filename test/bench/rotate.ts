import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEvent } from "../control-plane/index.ts";
import type { BenchCluster, Realm } from "./bench-cluster.ts";
import { Changes } from "./changes.ts";
import { benchCertificate, sourceSecret } from "./objects.ts";
import { RawClient } from "./raw-client.ts";
import { requestsOfRotation } from "./requests.ts";
import { milliseconds } from "./server-times.ts";

/** Milliseconds by the API server's own clock, one value a rotation, from the moment the new source was stored. */
export interface RotationTimes {
  /** Until the write of the place came in. */
  readonly toWrite: readonly number[];
  /** Until it was answered. */
  readonly toPlace: readonly number[];
}

/** At rest: the next round begins when what follows a delivery has been done. */
const pauseMs = 60;

/** Renews sources one at a time, and waits for each place. Somebody must be delivering. */
export async function rotate(cluster: BenchCluster, realm: Realm, sources: readonly string[]): Promise<RotationTimes> {
  const { plane } = cluster;
  const since = new Date();
  const places = await Changes.begin(cluster, realm.away);
  for (const name of sources) {
    const certificate = await benchCertificate();
    const placed = places.next(name);
    await cluster.load([sourceSecret(realm.home, name, certificate)]);
    await placed;
    await sleep(pauseMs);
  }
  await places.close();
  const written = await plane.audit.writes({ resource: "secrets", since });
  return timesOf(written, realm);
}

/** As `rotate`, with a bare loop that delivers: it hears of the source, reads it, looks at the place, writes it. */
export async function rotateRaw(
  cluster: BenchCluster,
  realm: Realm,
  sources: readonly string[],
): Promise<RotationTimes> {
  const raw = new RawClient(cluster.plane, await cluster.tokens(realm), 1);
  const renewed = await Changes.begin(cluster, realm.home, (name) => void deliver(name));
  const failures: unknown[] = [];
  async function deliver(name: string): Promise<void> {
    const names = { ...realm, name, source: name, ownerId: cluster.clusterUid, clusterUid: cluster.clusterUid };
    try {
      for (const request of requestsOfRotation(names)) await raw.send(request);
    } catch (error) {
      failures.push(error);
    }
  }
  const times = await rotate(cluster, realm, sources);
  await renewed.close();
  await raw.close();
  if (failures.length > 0) throw failures[0];
  return times;
}

/** How a burst of changes ended. */
export interface Burst {
  readonly writes: number;
  /** Milliseconds from the last change's answer to the last write's. */
  readonly lastMs: number;
}

/** Changes one source that many times, evenly within a time. */
export async function burst(
  cluster: BenchCluster,
  realm: Realm,
  source: string,
  { changes, withinMs }: { changes: number; withinMs: number },
): Promise<Burst> {
  const since = new Date();
  const certificates = await Promise.all(Array.from({ length: changes }, benchCertificate));
  for (const certificate of certificates) {
    await cluster.load([sourceSecret(realm.home, source, certificate)]);
    await sleep(withinMs / changes);
  }
  await sleep(2_000);
  const written = await cluster.plane.audit.writes({ resource: "secrets", name: source, since });
  const places = written.filter(({ namespace, code }) => namespace === realm.away && code < 300);
  const stored = written.filter(({ namespace }) => namespace === realm.home);
  const end = (events: readonly AuditEvent[]): number =>
    Math.max(...events.map(({ answeredAt }) => milliseconds(answeredAt)));
  return { writes: places.length, lastMs: end(places) - end(stored) };
}

function timesOf(written: readonly AuditEvent[], { home, away }: Realm): RotationTimes {
  const toWrite: number[] = [];
  const toPlace: number[] = [];
  let stored = 0;
  for (const { namespace, at, answeredAt } of written) {
    if (namespace === home) stored = milliseconds(answeredAt);
    if (namespace !== away) continue;
    toWrite.push(milliseconds(at) - stored);
    toPlace.push(milliseconds(answeredAt) - stored);
  }
  return { toWrite, toPlace };
}
