import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, secretsGrant, store, target, World } from "./world.ts";

let world: World;
const inUse = "certferry.io/in-use";

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "in-use");
  const [leaf, issuer] = await leafAndIssuer("in-use.example.com");
  await world.source("web-tls", leaf, [issuer]);
  await world.start();
});
afterAll(() => world.stop());

/** A target through a store of the same name as its Secret. */
function through(name: string, deletionPolicy: "Delete" | "Retain" = "Delete", namespace = world.away): object {
  return target("t", namespace, name, { storeRef: { name }, deletionPolicy });
}

async function delivered(name: string, one: object): Promise<void> {
  await world.apply(deployment(world.home, name, [one]));
  await world.reason(name, "Delivered");
}

async function finalizers(name: string): Promise<string> {
  const args = ["get", "certificatestore", name, "-n", world.home, "-o", "jsonpath={.metadata.finalizers[*]}"];
  return (await world.plane.kubectl(args)).stdout;
}

async function suspend(name: string, on: boolean): Promise<void> {
  const patch = JSON.stringify({ spec: { suspend: on } });
  await world.plane.kubectl(["patch", "certificatestore", name, "-n", world.home, "--type=merge", "-p", patch]);
}

/** Reason of the condition Ready of a store. */
async function readiness(name: string): Promise<string> {
  const path = "jsonpath={.status.conditions[?(@.type=='Ready')].reason}";
  return (await world.plane.kubectl(["get", "certificatestore", name, "-n", world.home, "-o", path])).stdout;
}

function free(name: string): Promise<boolean> {
  return eventually(`store ${name} to be free`, async () => (await finalizers(name)) === "");
}

async function finalize(name: string, list: readonly string[] | null): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers: list } });
  await world.plane.kubectl(["patch", "certificatestore", name, "-n", world.home, "--type=merge", "-p", patch]);
}

it("a store is kept from before the first write until nobody has something to remove through it", async () => {
  await world.apply(store(world.home, "kept"), store(world.home, "free"));
  await delivered("kept", through("kept"));
  await delivered("free", through("free", "Retain"));
  expect([await finalizers("kept"), await finalizers("free")]).toEqual([inUse, ""]);
  const [set] = await world.plane.audit.writes({
    resource: "certificatestores",
    namespace: world.home,
    name: "kept",
    user: "system:serviceaccount:certferry-system:certferry",
  });
  const [write] = await world.plane.audit.writes({ resource: "secrets", namespace: world.away, name: "kept" });
  expect(set?.answeredAt.localeCompare(write?.at ?? "")).toBe(-1);

  await world.apply(
    deployment(world.home, "other", [
      through("kept", "Retain"),
      target("u", world.away, "other", { storeRef: { name: "kept" }, deletionPolicy: "Delete" }),
    ]),
  );
  await eventually("the second user", async () => (await world.deployment("other")).metadata.finalizers?.length === 1);
  await world.patch("kept", { spec: { targets: [through("kept", "Retain")] } });
  await world.reason("kept", "Delivered");
  expect(await finalizers("kept")).toBe(inUse);
  await world.delete("storedeployment", "other");
  await free("kept");
});

it("a store that is deleted first waits, and serves, until the places written through it are removed", async () => {
  await world.apply(store(world.home, "first"));
  await delivered("first", through("first"));
  await world.delete("certificatestore", "first");
  await eventually("an event that names the user", async () => {
    const notes = await world.told("StoreInUse", "first");
    return (
      notes.join() === "It goes when nothing is to be removed through it any more. It waits for StoreDeployment first."
    );
  });
  await suspend("first", true);
  await eventually("its status to be kept", async () => (await readiness("first")) === "Suspended");
  await suspend("first", false);
  const [renewed, issuer] = await leafAndIssuer("in-use.example.com");
  await world.source("web-tls", renewed, [issuer]);
  await eventually("the renewed certificate", async () => {
    const { data } = await world.secret("first");
    return Buffer.from(data?.["tls.crt"] ?? "", "base64").toString() === renewed.pem;
  });
  await world.delete("storedeployment", "first");
  await eventually("the deployment to go", () => world.isGone("storedeployment", "first"));
  expect(await world.isGone("secret", "first", world.away)).toBe(true);
  await eventually("the store to go", () => world.isGone("certificatestore", "first"));
});

it("nothing that is to be removed one day is written through a store that does not wait", async () => {
  await world.apply(store(world.home, "going"));
  await finalize("going", ["example.com/hold"]);
  await world.delete("certificatestore", "going");
  await world.apply(deployment(world.home, "going", [through("going")]));
  const { status } = await world.reason("going", "StoreGoing");
  expect(status?.targets?.[0]?.message).toBe(
    "The store going is being deleted, and deletionPolicy is Delete: choose another store, or set deletionPolicy: Retain.",
  );
  expect(await world.writes("going")).toBe(0);
  await world.patch("going", { spec: { targets: [through("going", "Retain")] } });
  await world.reason("going", "Delivered");
  await finalize("going", null);
});

it("a store is kept for a place that was left and is not removed yet", async () => {
  const elsewhere = await world.plane.namespace("in-use-left");
  await world.apply(...secretsGrant(world.home, elsewhere), store(world.home, "left"), store(world.home, "next"));
  await delivered("moves", through("left", "Delete", elsewhere));
  const verbs = '[{"op":"replace","path":"/rules/0/verbs","value":["get","create","patch"]}]';
  await world.plane.kubectl(["patch", "role", "writer", "-n", elsewhere, "--type=json", "-p", verbs]);
  await delivered("moves", through("next"));
  await eventually("the removal to fail", async () => {
    const { status } = await world.deployment("moves");
    return status?.previous?.[0]?.reason === "AccessDenied";
  });
  expect([await finalizers("left"), await finalizers("next")]).toEqual([inUse, inUse]);
  await world.apply(...secretsGrant(world.home, elsewhere));
  await free("left");
  expect(await world.isGone("secret", "left", elsewhere)).toBe(true);
  expect(await finalizers("next")).toBe(inUse);
});
