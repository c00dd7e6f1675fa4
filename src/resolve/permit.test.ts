import { expect, it } from "vitest";
import type { ClusterCertificateStore, Grant } from "../crds/index.ts";
import type { KubeObject } from "../kube/index.ts";
import type { Provider } from "../stores/contract.ts";
import { type ClusterStores, permit } from "./permit.ts";

/** A provider whose targets name a place, and what is held another one. */
const provider: Provider = {
  name: "keyfactorCommand",
  capabilities: ["Deploy"],
  secretRefs: () => [],
  reach: () => ({ places: ["store/web"], metadataKeys: [] }),
  reachOfKey: () => ({ places: [], metadataKeys: [] }),
  reachOfHeld: () => ["certificates/42"],
  create: () => Promise.reject(new Error("nothing is connected")),
};

/** Whether a grant of these places allows a deployment, of what the store holds already or of something else. */
function allows(places: Grant["places"], held?: unknown): boolean {
  const metadata = { name: "command", uid: "u", generation: 1, creationTimestamp: "2030-01-01T00:00:00Z" };
  const spec = { keyfactorCommand: {}, grants: [{ namespaces: { names: ["shop"] }, places }] };
  const object = { apiVersion: "v1", kind: "ClusterCertificateStore", metadata, spec };
  const only = { get: () => object as unknown as ClusterCertificateStore & KubeObject };
  const cluster = { stores: only, namespaces: { get: () => undefined } } as unknown as ClusterStores;
  const use = { for: "Delivery", provider: "keyfactorCommand", name: "web", block: {} } as const;
  const ref = { kind: "ClusterCertificateStore", name: "command" } as const;
  try {
    permit(cluster, () => provider, "shop", ref, held === undefined ? use : { ...use, held });
    return true;
  } catch {
    return false;
  }
}

it("asks for the target's place alone where the certificate is the user's own", () => {
  expect([allows(["store/*"]), allows(["certificates/*"])]).toEqual([true, false]);
});

it("asks for the certificate as well where the store holds it already: it may be another team's", () => {
  expect(allows(["store/*"], { id: 42 })).toBe(false);
  expect(allows(["store/*", "certificates/42"], { id: 42 })).toBe(true);
});
