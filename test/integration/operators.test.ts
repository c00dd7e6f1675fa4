import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, secretsGrant, target, World } from "./world.ts";

let one: World;
let two: World;

/** Two operators, each for its namespace, that write into the same one. */
beforeAll(async () => {
  const plane = sharedControlPlane();
  [one, two] = [await World.create(plane, "one"), await World.create(plane, "two")];
  await two.apply(...secretsGrant(two.home, one.away, "writer-of-two"));
  for (const world of [one, two]) {
    const [leaf, issuer] = await leafAndIssuer("operators.example.com");
    await world.source("web-tls", leaf, [issuer]);
  }
});
afterAll(() => Promise.all([one.stop(), two.stop()]));

/** Who wrote a Secret of the shared namespace, in order. */
async function writers(name: string): Promise<string[]> {
  const writes = await one.plane.audit.writes({ resource: "secrets", namespace: one.away, name });
  return writes.map(({ user }) => (user.includes(`:${one.home}:`) ? "one" : "two"));
}

async function renew(world: World): Promise<void> {
  const [leaf, issuer] = await leafAndIssuer("operators.example.com");
  await world.source("web-tls", leaf, [issuer]);
}

async function messageOf(world: World, name: string, reason: string): Promise<string> {
  return (await world.reason(name, reason)).status?.targets?.[0]?.message ?? "";
}

describe("two operators with owner ids of their own", () => {
  beforeAll(async () => {
    await one.start();
    await two.start();
  });
  afterAll(async () => {
    await one.stop();
    await two.stop();
  });

  it("leave each other's places alone", async () => {
    await one.apply(deployment(one.home, "hers", [target("t", one.away, "hers")]));
    await one.reason("hers", "Delivered");
    await two.apply(deployment(two.home, "hers", [target("t", one.away, "hers")]));
    expect(await messageOf(two, "hers", "OwnedElsewhere")).toBe(
      `Another operator (owner id ${one.home}) holds this place. Choose another place, or set adoptionPolicy: Always to take it over.`,
    );
    expect(await writers("hers")).toEqual(["one"]);
  });

  it("take a place over once under Always, and do not fight for it", async () => {
    const always = { adoptionPolicy: "Always", refreshInterval: "30s" };
    await one.apply(deployment(one.home, "contested", [target("t", one.away, "contested")], always));
    await one.reason("contested", "Delivered");
    await two.apply(deployment(two.home, "contested", [target("t", one.away, "contested")], always));
    await two.reason("contested", "Delivered");
    await one.reconcile("contested", "first");
    expect(await messageOf(one, "contested", "OwnedElsewhere")).toContain(
      `(owner id ${two.home}) has taken this place over`,
    );
    await renew(one);
    await two.reconcile("contested", "second");
    await one.reconcile("contested", "third");
    await one.reason("contested", "OwnedElsewhere");
    expect(await writers("contested")).toEqual(["one", "two"]);
    await renew(two);
    await eventually("its renewal", async () => (await writers("contested")).length === 3);
    await one.reconcile("contested", "fourth");
    expect(await writers("contested")).toEqual(["one", "two", "two"]);
  });

  it("remove only what is theirs: the place that was taken from one stays when that one goes", async () => {
    await one.patch("contested", { spec: { deletionPolicy: "Delete" } });
    await eventually(
      "the finalizer",
      async () => (await one.deployment("contested")).metadata.finalizers?.length === 1,
    );
    await one.delete("storedeployment", "contested");
    await eventually("it to go", () => one.isGone("storedeployment", "contested"));
    const { data } = await one.secret("contested");
    const source = await two.secret("web-tls", two.home);
    expect(data?.["tls.key"]).toBe(source.data?.["tls.key"]);
  });
});

describe("two operators with the same owner id, each for its namespaces", () => {
  beforeAll(async () => {
    await one.start(["--owner-id=same"]);
    await two.start(["--owner-id=same"]);
  });

  it("do not take what the other's resource holds for abandoned", async () => {
    await one.apply(deployment(one.home, "same", [target("t", one.away, "same")]));
    await one.reason("same", "Delivered");
    await two.apply(deployment(two.home, "same", [target("t", one.away, "same")], { adoptionPolicy: "Always" }));
    expect(await messageOf(two, "same", "PlaceTaken")).toBe(
      "A resource in another namespace holds this place. It is taken over when that one goes; or choose another place.",
    );
    await one.reconcile("same", "now");
    expect(await writers("same")).toEqual(["one"]);
  });
});
