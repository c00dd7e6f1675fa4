import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { leafAndIssuer, named, deployment, target, World } from "./world.ts";

let world: World;
const removing = { deletionPolicy: "Delete" };

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "owners");
  for (const name of ["web-tls", "heir-tls"]) {
    const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
    await world.source(name, leaf, [issuer]);
  }
  await world.start();
});
afterAll(() => world.stop());

/** A holder of a Secret, and an heir that waits for it with another certificate. */
async function holderAndHeir(name: string, policy: object = {}): Promise<{ uid: string | undefined }> {
  await world.apply(deployment(world.home, name, [target("t", world.away, name, policy)]));
  await world.reason(name, "Delivered");
  const heir = deployment(world.home, `${name}-heir`, [target("t", world.away, name)], {
    source: { secretRef: { name: "heir-tls" } },
  });
  await world.apply(heir);
  await world.reason(`${name}-heir`, "PlaceTaken");
  return { uid: (await world.secret(name)).metadata.uid };
}

/** Waits until the heir's certificate lies there, in the very Secret that the holder wrote. */
async function inherited(name: string, uid: string | undefined): Promise<void> {
  await world.reason(`${name}-heir`, "Delivered");
  const { data, metadata } = await world.secret(name);
  expect(data?.["tls.key"]).toBe((await world.secret("heir-tls", world.home)).data?.["tls.key"]);
  expect(metadata.uid).toBe(uid);
}

function gone(name: string): Promise<boolean> {
  return eventually(`${name} to go`, () => world.isGone("storedeployment", name));
}

describe("a place that another resource waits for", () => {
  it("is taken over when its holder goes, by one write", async () => {
    const { uid } = await holderAndHeir("retained");
    await world.delete("storedeployment", "retained");
    await inherited("retained", uid);
    expect(await world.writes("retained")).toBe(2);
  });

  it("is taken over without a gap when its holder goes and was to remove it", async () => {
    const { uid } = await holderAndHeir("handed-over", removing);
    await world.delete("storedeployment", "handed-over");
    await gone("handed-over");
    await inherited("handed-over", uid);
    // The holder's, the heir's, and the holder's mark taken away.
    expect(await world.writes("handed-over")).toBe(3);
    await world.patch("handed-over-heir", { spec: removing });
    await eventually(
      "the finalizer",
      async () => (await world.deployment("handed-over-heir")).metadata.finalizers?.length === 1,
    );
    await world.delete("storedeployment", "handed-over-heir");
    await gone("handed-over-heir");
    expect(await world.isGone("secret", "handed-over", world.away)).toBe(true);
  });

  it("is taken over without a gap when its holder moves and was to remove it", async () => {
    const { uid } = await holderAndHeir("left", removing);
    await world.patch("left", { spec: { targets: [target("t", world.away, "left-for", removing)] } });
    await inherited("left", uid);
    await eventually("the removal to end", async () => (await world.deployment("left")).status?.previous === undefined);
    await inherited("left", uid);
  });

  it("stays its holder's while that one is suspended, and is taken over when it goes", async () => {
    const { uid } = await holderAndHeir("suspended", removing);
    await world.patch("suspended", { spec: { suspend: true } });
    await eventually(
      "its holder to rest",
      async () => (await world.deployment("suspended")).status?.targets?.[0]?.phase === "Suspended",
    );
    await world.reconcile("suspended-heir", "now");
    await world.reason("suspended-heir", "PlaceTaken");
    expect(await world.writes("suspended")).toBe(1);
    await world.delete("storedeployment", "suspended");
    await inherited("suspended", uid);
    expect(await world.writes("suspended")).toBe(2);
  });

  it("stays its holder's while that one fails, also for an operator that has just started", async () => {
    const { uid } = await holderAndHeir("failing");
    await world.patch("failing", { spec: { source: { secretRef: { name: "no-such" } } } });
    await world.reason("failing", "SecretMissing", "Delivered");
    await world.stop();
    await world.start();
    await world.reconcile("failing-heir", "now");
    await world.reason("failing-heir", "PlaceTaken");
    expect(await world.writes("failing")).toBe(1);
    await world.delete("storedeployment", "failing");
    await inherited("failing", uid);
    expect(await world.writes("failing")).toBe(2);
  });

  it("is one's own under another name of its target: it is written once more, and goes with the new one", async () => {
    const [before, after] = ["before", "after"].map((name) => target(name, world.away, "renamed", removing));
    await world.apply(deployment(world.home, "renamed", [before ?? {}]));
    await world.reason("renamed", "Delivered");
    const { uid } = (await world.secret("renamed")).metadata;
    await world.apply(deployment(world.home, "renamed", [after ?? {}]));
    await world.reason("renamed", "Delivered");
    await eventually(
      "the old name to be forgotten",
      async () => (await world.deployment("renamed")).status?.previous === undefined,
    );
    expect((await world.secret("renamed")).metadata.uid).toBe(uid);
    await world.delete("storedeployment", "renamed");
    await gone("renamed");
    expect(await world.isGone("secret", "renamed", world.away)).toBe(true);
  });
});

describe("objects that are restored", () => {
  it("find their places by their marks, though everything of ours but the Secrets is lost: nothing is written", async () => {
    const all = [
      deployment(world.home, "restored", [
        target("t", world.away, "restored-a", removing),
        target("u", world.away, "restored-b"),
      ]),
      {
        ...named("certferry.io/v1alpha1", "CertificateImport", "restored", world.home),
        spec: {
          source: { secretRef: { name: "web-tls" } },
          storeRef: { name: "apps" },
          kubernetes: { namespace: world.away, name: "restored-c", outputs: [{ format: "TLS" }] },
        },
      },
    ];
    const delivered = async (): Promise<(string | undefined)[]> => {
      await world.reason("restored", "Delivered");
      const { metadata } = await eventually("the import", async () => {
        const found = await world.import("restored");
        return found.status?.delivery?.phase === "Delivered" && found;
      });
      return [(await world.deployment("restored")).metadata.uid, metadata.uid];
    };
    await world.apply(...all);
    const uids = await delivered();
    await world.stop();
    await world.patch("restored", { metadata: { finalizers: null } });
    await world.delete("storedeployment", "restored");
    await world.delete("certificateimport", "restored");
    const since = new Date();
    await world.apply(...all);
    expect((await world.deployment("restored")).status).toEqual({ observedGeneration: -1 });
    await world.start();
    const now = await delivered();
    expect(now.some((uid) => uids.includes(uid))).toBe(false);
    expect(await world.writes(undefined, since)).toBe(0);
    await world.delete("storedeployment", "restored");
    await gone("restored");
    expect(await world.isGone("secret", "restored-a", world.away)).toBe(true);
  });
});
