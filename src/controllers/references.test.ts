import { expect, it } from "vitest";
import type { DeliveryRecord } from "../crds/index.ts";
import type { CacheEvent, PartialObjectMetadata } from "../kube/index.ts";
import type { StoreObject } from "../resolve/index.ts";
import { type References, wireReferences } from "./references.ts";

type Handler = (event: CacheEvent<PartialObjectMetadata>) => void;

/** Wired references of one store that names the Secret `shop/login` and the ConfigMap `shop/roots`, and who was woken. */
function wired(): { secret: Handler; configMap: Handler; woken: string[] } {
  const handlers: Handler[] = [];
  const woken: string[] = [];
  const informer = { onChange: (handler: Handler) => void handlers.push(handler) };
  const store = { metadata: { namespace: "shop", name: "command" } } as StoreObject;
  const index: Record<string, string> = { secrets: "shop/login", configMaps: "shop/roots" };
  const all = {
    secrets: informer,
    configMaps: informer,
    stores: [
      {
        cache: { onChange: () => {}, byIndex: (name: string, key: string) => (index[name] === key ? [store] : []) },
        controller: { enqueue: (key: string) => void woken.push(`store ${key}`) },
      },
    ],
    namespaces: undefined,
    imports: { onChange: () => {}, byIndex: () => [] },
    delivering: [
      {
        kind: { kind: "StoreDeployment", subjectOf: () => ({ namespace: "shop", source: {}, targets: [] }) },
        cache: {
          byIndex: (name: string, key: string) =>
            name === "store" && key === "shop/command" ? [{ metadata: { namespace: "shop", name: "web" } }] : [],
        },
        controller: { enqueue: (key: string) => void woken.push(`user ${key}`) },
      },
    ],
  };
  wireReferences(all as unknown as References);
  const [secret = () => {}, configMap = () => {}] = handlers;
  return { secret, configMap, woken };
}

it.each(["secret", "configMap"] as const)("a %s that a store refers to wakes the store and its users", (kind) => {
  const { woken, ...handlers } = wired();
  handlers[kind]({ key: "shop/other", initial: false });
  handlers[kind]({ key: kind === "secret" ? "shop/login" : "shop/roots", initial: true });
  expect(woken).toEqual([]);
  handlers[kind]({ key: kind === "secret" ? "shop/login" : "shop/roots", initial: false });
  expect(woken).toEqual(["store shop/command", "user shop/web"]);
});

/** Who refers to the import `shop/web` is woken when it goes from one record to another. */
function wokenBy(before: DeliveryRecord, after: DeliveryRecord): string[] {
  const woken: string[] = [];
  const handlers: ((event: object) => void)[] = [];
  const nobody = { onChange: () => {} };
  const user = { metadata: { namespace: "shop", name: "edge" } };
  const byIndex = (index: string, key: string): object[] => (index === "imported" && key === "shop/web" ? [user] : []);
  const all = {
    secrets: nobody,
    configMaps: nobody,
    stores: [],
    namespaces: undefined,
    imports: { onChange: (handler: (event: object) => void) => void handlers.push(handler) },
    delivering: [{ cache: { byIndex }, controller: { enqueueTargets: (key: string) => void woken.push(key) } }],
  };
  wireReferences(all as unknown as References);
  const object = (delivery: DeliveryRecord): object => ({
    metadata: { uid: "u", generation: 1 },
    status: { delivery },
  });
  for (const handle of handlers) handle({ key: "shop/web", old: object(before), new: object(after), initial: false });
  return woken;
}

it.each<[string, DeliveryRecord["phase"], Partial<DeliveryRecord>, boolean]>([
  ["brought another certificate", "Delivered", { remote: { id: "2", sha256: "b", observedAt: "" } }, true],
  ["lost what it brought", "Drifted", { plan: { action: "Create", reason: "Drift" } }, true],
  ["is only looked at again", "Failed", { reason: "StoreUnavailable" }, false],
])("who waits for an import is woken when that has %s: %s %j %s", (_what, phase, more, wakes) => {
  const before: DeliveryRecord = { phase: "Delivered", remote: { id: "1", sha256: "a", observedAt: "" } };
  expect(wokenBy(before, { ...before, ...more, phase })).toEqual(wakes ? ["shop/edge"] : []);
});
