import { expect, it } from "vitest";
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
