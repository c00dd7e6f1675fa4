import { describe, expect, it, onTestFinished } from "vitest";
import type { CertificateStore } from "../crds/index.ts";
import type { Cache, KubeClient, KubeObject, PartialObjectMetadata } from "../kube/index.ts";
import type { Provider, StoreContext } from "../stores/contract.ts";
import { StillClock } from "../stores/gate/testing/gate-world.ts";
import { StoreResolver } from "./store.ts";

const { signal } = new AbortController();
const ref = { name: "command" };
const use = { for: "Check" } as const;

function cacheOf<T extends KubeObject>(objects: ReadonlyMap<string, T>): Cache<T> {
  return {
    get: (key) => objects.get(key),
    values: () => objects.values(),
    byIndex: () => [],
    get size() {
      return objects.size;
    },
  };
}

/** A resolver with one store, of a provider with limits that reads a ConfigMap. */
function resolver(spec: Pick<CertificateStore["spec"], "limits"> = {}): {
  stores: StoreResolver;
  clock: StillClock;
  configMaps: Map<string, PartialObjectMetadata>;
  contexts: StoreContext[];
} {
  const contexts: StoreContext[] = [];
  const provider: Provider = {
    name: "keyfactorCommand",
    capabilities: [],
    limits: { maxConcurrent: 8, requestsPerMinute: 600 },
    secretRefs: () => [],
    configMapRefs: () => [{ name: "roots" }],
    reach: () => ({ places: [], metadataKeys: [] }),
    reachOfKey: () => ({ places: [], metadataKeys: [] }),
    create: (_, context) => {
      contexts.push(context);
      return Promise.resolve({
        provider: "keyfactorCommand",
        timeoutMs: 1_000,
        check: () => Promise.resolve({}),
        place: () => Promise.reject(new Error("unused")) as never,
        remove: () => Promise.resolve({}),
        close: () => Promise.resolve(),
      });
    },
  };
  const metadata = { namespace: "shop", name: "command", uid: "u", generation: 1, resourceVersion: "1" };
  const object = { apiVersion: "v1", kind: "CertificateStore", metadata, spec: { keyfactorCommand: {}, ...spec } };
  const configMaps = new Map<string, PartialObjectMetadata>();
  const clock = new StillClock();
  const stores = new StoreResolver({
    client: {} as KubeClient,
    stores: cacheOf(new Map([["shop/command", object as unknown as CertificateStore & KubeObject]])),
    secrets: cacheOf(new Map()),
    configMaps: cacheOf(configMaps),
    runs: 16,
    clock,
    onClosed: () => {},
    provider: () => provider,
  });
  onTestFinished(() => stores.close());
  return { stores, clock, configMaps, contexts };
}

const check = (stores: StoreResolver): Promise<unknown> =>
  stores.use("shop", ref, use, signal, ({ store }) => store.check(signal));

/** How many of twenty are let in once the store has answered. */
async function letIn(stores: StoreResolver): Promise<number> {
  // The first one opens the gate.
  const first = stores.enter("shop", ref, use, { id: "first", urgency: "Write", wake: () => {} });
  await check(stores);
  if (first.state === "Entered") first.leave();
  const visitors = Array.from({ length: 20 }, (_, index) =>
    stores.enter("shop", ref, use, { id: `v${index}`, urgency: "Write", wake: () => {} }),
  );
  return visitors.filter(({ state }) => state === "Entered").length;
}

describe("limits of a store", () => {
  it.each<[CertificateStore["spec"]["limits"], number]>([
    [undefined, 8],
    [{ requestsPerMinute: 10 }, 8],
    [{ maxConcurrent: 3 }, 3],
    [{ maxConcurrent: 100 }, 16],
  ])("%j let %i in at once, where its provider says 8 and the operator has 16 workers", async (limits, expected) => {
    expect(await letIn(resolver({ limits }).stores)).toBe(expected);
  });

  it.each<[CertificateStore["spec"]["limits"], number]>([
    [undefined, 600],
    [{ maxConcurrent: 3 }, 600],
    [{ requestsPerMinute: 10 }, 10],
  ])("%j let %i requests go in a minute, where its provider says 600", async (limits, expected) => {
    const { stores, clock, contexts } = resolver({ limits });
    stores.enter("shop", ref, use, { id: "first", urgency: "Write", wake: () => {} });
    await check(stores);
    let gone = 0;
    for (let request = 0; request < 700; request += 1) {
      void contexts[0]?.turn(signal).then(() => (gone += 1));
    }
    await clock.pass(0);
    expect(gone).toBe(expected);
    await clock.pass(120_000);
  });
});

describe("a ConfigMap that a store refers to", () => {
  it("makes another store of it when it changes", async () => {
    const { stores, configMaps, contexts } = resolver();
    const put = (resourceVersion: string): unknown =>
      configMaps.set("shop/roots", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace: "shop", name: "roots", uid: "r", resourceVersion },
      });
    const absent = stores.version("shop", ref);
    put("7");
    const first = stores.version("shop", ref);
    await check(stores);
    await check(stores);
    expect(contexts).toHaveLength(1);
    put("8");
    await check(stores);
    expect(contexts).toHaveLength(2);
    expect(new Set([absent, first, stores.version("shop", ref)]).size).toBe(3);
  });

  it("is waited for while it is not there", async () => {
    const { stores, contexts } = resolver();
    await check(stores);
    await expect(contexts[0]?.readConfigMap({ name: "roots" }, signal)).rejects.toMatchObject({
      name: "WaitingError",
      reason: "ConfigMapMissing",
      message: "ConfigMap roots, which the store refers to, does not exist in namespace shop; create it.",
    });
  });
});
