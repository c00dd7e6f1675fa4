import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesTarget } from "../../src/crds/index.ts";
import type { Desired, Observation, Place, Store } from "../../src/stores/contract.ts";
import { egressGuard } from "../../src/stores/egress/index.ts";
import { createRegistry } from "../../src/stores/registry.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { type Issued } from "../fixtures/pki.ts";
import { desiredOf, writeTo } from "../fixtures/place.ts";
import { rememberSecret } from "../leaks/material.ts";
import { leafAndIssuer, World } from "./world.ts";

let world: World;
let store: Store;
let first: Issued;
let second: Issued;
const egress = egressGuard({ deny: [], allow: undefined, resolve: new Map() });
const removal = { readSecret: () => Promise.resolve(new Map()) };
const signal = AbortSignal.timeout(120_000);
const [ours, theirs] = ["me/StoreDeployment/shop/web/a", "me/StoreDeployment/shop/other/b"];

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "kube-store");
  const { client, adminConfig } = world.plane;
  const registry = createRegistry({
    client,
    cluster: adminConfig,
    clusterUid: "uid",
    userAgent: "test",
    egress,
    webEgress: egress,
  });
  const provider = registry.get("kubernetes");
  if (provider === undefined) throw new Error("no provider");
  const nothing = () => Promise.resolve(new Map<string, Buffer>());
  const context = {
    namespace: world.home,
    timeoutMs: 10_000,
    readSecret: nothing,
    readConfigMap: nothing,
    turn: () => Promise.resolve(),
  };
  store = await provider.create({ auth: { serviceAccountRef: { name: "writer" } } }, context, signal);
  [first] = await leafAndIssuer("one.example.com");
  [second] = await leafAndIssuer("two.example.com");
  for (const { keyPem } of [first, second]) rememberSecret(keyPem);
});
afterAll(() => store.close());

function place(name: string, block: Partial<KubernetesTarget> = {}): Place {
  const target = { namespace: world.away, name, outputs: [{ format: "PEM", key: "a.pem" }], ...block };
  return store.place(target, { namespace: world.home, name: "web", secret: () => Buffer.alloc(0) });
}

function desired(leaf: Issued, mark = ours): Promise<Desired> {
  return desiredOf(leaf, mark);
}

function write(at: Place, wanted: Desired): Promise<Observation> {
  return writeTo(at, wanted, signal);
}

async function dataOf(name: string): Promise<Record<string, string>> {
  const { data = {} } = await world.secret(name);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

async function patch(name: string, change: object): Promise<void> {
  await world.plane.kubectl(["patch", "secret", name, "-n", world.away, "-p", JSON.stringify(change)]);
}

it("tells the cluster's version", async () => {
  expect(await store.check(signal)).toEqual({ providerVersion: expect.stringMatching(/^v1\.\d+\./) });
});

describe("what is written into a Secret", () => {
  it("loses labels and annotations that the spec names no longer, and keeps those of others", async () => {
    const metadata = { labels: { tier: "edge" }, annotations: { "example.com/note": "x" } };
    await write(place("labels", metadata), await desired(first));
    await patch("labels", { metadata: { labels: { team: "web" } } });
    // Whose a label is stands in the mark, which is another one without it.
    expect(await place("labels").observe(await desired(first), signal)).toMatchObject({ differs: [{ what: "mark" }] });
    await write(place("labels"), await desired(first));
    const { labels, annotations = {} } = (await world.secret("labels")).metadata;
    expect(labels).toEqual({ team: "web" });
    expect(Object.keys(annotations)).toEqual([expect.stringMatching(/^owner\.certferry\.io\/[0-9a-f]{12}$/)]);
  });

  it("takes a key over from another for good: the other's mark names it no longer", async () => {
    await write(place("handed"), await desired(first, theirs));
    const seen = await write(place("handed"), await desired(second));
    expect(seen).toMatchObject({ holders: { ours: true, others: [], foreign: false }, differs: [] });
    // The one before comes back, and finds that another holds the place.
    const back = await place("handed").observe(await desired(first, theirs), signal);
    expect(back).toMatchObject({ holders: { others: [ours] } });
  });
});

describe("removal", () => {
  it("leaves what another has taken over, though we had made the Secret", async () => {
    const wanted = await desired(first, theirs);
    await write(place("taken"), wanted);
    await write(place("taken"), await desired(second));
    expect(await store.remove(place("taken").key, wanted.mark, removal, signal)).toEqual({});
    expect(await dataOf("taken")).toEqual({ "a.pem": second.pem });
    expect(await place("taken").observe(await desired(second), signal)).toMatchObject({ differs: [] });
  });

  it("takes our keys and labels out of a Secret with a type of its own", async () => {
    const block = { type: "example.com/bundle", labels: { tier: "edge" } };
    await write(place("typed", block), await desired(first));
    await patch("typed", { stringData: { more: "theirs" } });
    expect(await store.remove(place("typed").key, ours, removal, signal)).toEqual({});
    expect(await dataOf("typed")).toEqual({ more: "theirs" });
    const { labels, annotations } = (await world.secret("typed")).metadata;
    expect([labels, annotations]).toEqual([undefined, undefined]);
  });

  it("leaves what is immutable, and says so", async () => {
    await write(place("frozen"), await desired(first));
    await patch("frozen", { stringData: { more: "theirs" } });
    await patch("frozen", { immutable: true });
    expect(await store.remove(place("frozen").key, ours, removal, signal)).toEqual({
      left: `Secret ${world.away}/frozen stays: others have keys in it, or made it, and it is immutable.`,
    });
  });

  it("tells of a key of ours that somebody else has set since", async () => {
    await write(place("edited"), await desired(first));
    await patch("edited", { stringData: { "a.pem": "theirs", more: "theirs" } });
    expect(await store.remove(place("edited").key, ours, removal, signal)).toEqual({
      left: `Secret ${world.away}/edited keeps a.pem: somebody else has set them since.`,
    });
  });

  it("of what was never written, or is gone, ends well", async () => {
    await world.plane.kubectl(["create", "secret", "generic", "strange", "-n", world.away, "--from-literal=a.pem=x"]);
    expect(await store.remove(place("strange").key, ours, removal, signal)).toEqual({});
    expect(await dataOf("strange")).toEqual({ "a.pem": "x" });
    expect(await store.remove(place("nothing").key, ours, removal, signal)).toEqual({});
  });
});
