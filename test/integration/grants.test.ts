import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, eventually, install, startControlPlane } from "../control-plane/index.ts";
import { deployment, leafAndIssuer, secretsGrant, target, World } from "./world.ts";

let plane: ControlPlane;
let world: World;

const shared = { storeRef: { kind: "ClusterCertificateStore", name: "shared" } };

beforeAll(async () => {
  // Cluster stores are off for an operator that serves only some namespaces, so this one has a cluster of its own.
  plane = await startControlPlane();
  await install(plane);
  world = await World.create(plane, "grants");
  await world.apply(...secretsGrant(world.home, world.home));
  const [leaf, issuer] = await leafAndIssuer("grants.example.com");
  await world.source("web-tls", leaf, [issuer]);
  await world.start(["--watch-namespaces="]);
});
afterAll(async () => {
  await world.stop();
  await plane.stop();
});

/** A store of the cluster that writes as the writer of the world, and who may use it. */
async function clusterStore(grants: readonly object[]): Promise<void> {
  const serviceAccountRef = { namespace: world.home, name: "writer" };
  await world.apply({
    apiVersion: "certferry.io/v1alpha1",
    kind: "ClusterCertificateStore",
    metadata: { name: "shared" },
    spec: { kubernetes: { auth: { serviceAccountRef } }, grants },
  });
}

async function deliver(name: string, secret = name, namespace = world.home, block: object = {}): Promise<void> {
  await world.apply(deployment(world.home, name, [target("t", namespace, secret, shared, block)]));
}

async function label(labels: string): Promise<void> {
  await plane.kubectl(["label", "namespace", world.home, "--overwrite", labels]);
}

async function messageOf(name: string): Promise<string | undefined> {
  return (await world.reason(name, "NotGranted")).status?.targets?.[0]?.message?.replace(world.home, "HOME");
}

describe("a store of the cluster", () => {
  const refusal =
    "ClusterCertificateStore shared does not exist, or does not grant namespace HOME this use of it; ask whoever runs the cluster for a grant.";

  it("is used only for what its grants allow, and a refusal does not tell whether it exists", async () => {
    await deliver("early");
    expect(await messageOf("early")).toBe(refusal);

    await clusterStore([]);
    await eventually("the store to be checked", async () => {
      const path = "jsonpath={.status.conditions[?(@.type=='Ready')].reason}";
      const { stdout } = await plane.kubectl(["get", "clustercertificatestore", "shared", "-o", path]);
      return stdout === "Available";
    });
    await world.request("early", "1");
    expect(await messageOf("early")).toBe(refusal);

    await clusterStore([{ namespaces: { names: [world.home] } }]);
    const { status } = await world.reason("early", "Delivered");
    expect(status?.targets?.[0]?.place?.storeRef).toEqual({ kind: "ClusterCertificateStore", name: "shared" });
    await deliver("elsewhere", "web", world.away);
    expect(await messageOf("elsewhere")).toBe(refusal);
    await deliver("labelled", "labelled", world.home, { labels: { team: "a" } });
    expect(await messageOf("labelled")).toBe(refusal);
  });

  it("whose grant is taken back writes and removes nothing more, and does again when it is given back", async () => {
    await clusterStore([{ namespaces: { names: [world.home] } }]);
    const both = { deletionPolicy: "Delete" };
    await world.apply(deployment(world.home, "revoked", [target("t", world.home, "revoked", shared)], both));
    await world.reason("revoked", "Delivered");
    await clusterStore([{ namespaces: { names: ["others"] } }]);
    await world.reason("revoked", "NotGranted");
    const before = (await world.secret("revoked", world.home)).metadata.resourceVersion;

    const [leaf, issuer] = await leafAndIssuer("grants.example.com");
    await world.source("web-tls", leaf, [issuer]);
    await world.delete("storedeployment", "revoked");
    const stuck = await eventually("the removal to be refused", async () => {
      const found = await world.deployment("revoked");
      if (found.metadata.deletionTimestamp && found.status?.targets?.[0]?.message?.startsWith("Removal:")) return found;
      throw new Error(JSON.stringify(found.status?.targets));
    });
    expect(stuck.status?.targets?.[0]?.reason).toBe("NotGranted");
    expect((await world.secret("revoked", world.home)).metadata.resourceVersion).toBe(before);

    await clusterStore([{ namespaces: { names: [world.home] } }]);
    await eventually("the Secret to be removed", () => world.isGone("secret", "revoked", world.home));
    await eventually("the deployment to go", () => world.isGone("storedeployment", "revoked"));
  });

  it("is granted by labels: who is labelled anew runs again", async () => {
    await clusterStore([
      { namespaces: { selector: { matchLabels: { team: "a" } } }, places: ["{namespace}/by-label"] },
    ]);
    await deliver("by-label");
    expect(await messageOf("by-label")).toBe(refusal);
    await label("team=a");
    await world.reason("by-label", "Delivered");
    await label("team=b");
    expect(await messageOf("by-label")).toBe(refusal);
  });
});

it.each([
  [{ namespaces: {} }, "exactly one of names, selector, all must be set"],
  [{ namespaces: { selector: {} } }, "an empty selector would mean every namespace; say all: true for that"],
  [{ namespaces: { all: false } }, "all can only be true; leave it out otherwise"],
])("a grant to %j is refused at admission", async (grant, message) => {
  await expect(clusterStore([grant])).rejects.toThrow(message);
});

it("an operator that serves only some namespaces says that stores of the cluster are off", async () => {
  await world.stop();
  await world.start();
  await deliver("off");
  const { status } = await world.reason("off", "ClusterStoresOff");
  expect(status?.targets?.[0]?.message).toContain("--watch-namespaces");
  await expect(world.secret("off", world.home)).rejects.toThrow("not found");
});
