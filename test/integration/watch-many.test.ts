import { afterAll, beforeAll, expect, it } from "vitest";
import { connect, ConfigMap, type KubeClient } from "../../src/kube/index.ts";
import { type ClusterAccess, eventually } from "../control-plane/index.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { afterEvents, FaultProxy, reset } from "../fault-proxy/index.ts";
import { Follower } from "./watch-follower.ts";

const count = 5_000;
const workers = 32;
let plane: ClusterAccess;
let proxy: FaultProxy;
let client: KubeClient;

beforeAll(async () => {
  plane = sharedControlPlane();
  proxy = await FaultProxy.start(plane);
  client = connect(proxy.configFor(plane.adminConfig));
});
afterAll(async () => {
  await client.close();
  await proxy.close();
});

/** Milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started);
}

it(`${count} objects changing at once are followed one and all, though the watch is cut in the midst of it`, async () => {
  const namespace = await testNamespace("many");
  const writer = connect(plane.adminConfig, { maxConnections: workers });
  const follower = new Follower(client, namespace);
  await follower.informer.whenSynced(AbortSignal.timeout(20_000));
  const all = (): Promise<true> => eventually("all", () => follower.informer.size === count, { withinMs: 120_000 });
  const none = (): Promise<true> => eventually("none", () => follower.informer.size === 0, { withinMs: 120_000 });

  const indexes = Array.from({ length: count }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of indexes) {
      const metadata = { name: `one-${index}`, labels: { index: `${index}` } };
      await writer.create(ConfigMap, { metadata }, { namespace, signal: AbortSignal.timeout(60_000) });
    }
  };
  const created = await timed(() => Promise.all(Array.from({ length: workers }, work)));
  const addsBehind = await timed(all);

  const cut = proxy.inject(afterEvents(count / 2, reset), { watch: true });
  proxy.cut();
  await eventually("the watch that will be cut", () => cut.hits === 1);
  const started = performance.now();
  const deleted = await timed(() => plane.kubectl(["delete", "--raw", `/api/v1/namespaces/${namespace}/configmaps`]));
  await none();
  const behind = Math.round(performance.now() - started) - deleted;

  expect(follower.told.filter((text) => text.startsWith("+"))).toHaveLength(count);
  expect(follower.told.filter((text) => text.startsWith("-"))).toHaveLength(count);
  expect(follower.told).toHaveLength(2 * count);
  process.stdout.write(
    `${count} created in ${created} ms, cache ${addsBehind} ms behind; deleted in ${deleted} ms, cache ${behind} ms behind\n`,
  );
  await follower.stop();
  await writer.close();
}, 300_000);
