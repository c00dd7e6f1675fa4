import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, target, World } from "./world.ts";

let world: World;
const day = 86_400_000;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "drift");
  await world.start();
});
afterAll(() => world.stop());

/** A leaf that was issued and expires so many days from now, and its issuer. */
function issued(name: string, from: number, to: number): Promise<[Issued, Issued]> {
  const validity = { notBefore: new Date(Date.now() + from * day), notAfter: new Date(Date.now() + to * day) };
  return leafAndIssuer(`${name}.example.com`, validity);
}

async function deliver(name: string, policies: object, from = -10, to = 30): Promise<Issued> {
  const [leaf, issuer] = await issued(name, from, to);
  await world.source(name, leaf, [issuer]);
  await world.apply(
    deployment(world.home, name, [target("t", world.away, name)], { source: { secretRef: { name } }, ...policies }),
  );
  await world.reason(name, "Delivered");
  return leaf;
}

/** Somebody else changes the place. */
async function meddle(name: string, leaf: Issued): Promise<void> {
  rememberSecret(leaf.keyPem);
  const stringData = { "tls.crt": leaf.pem, "tls.key": leaf.keyPem };
  await world.plane.kubectl(["patch", "secret", name, "-n", world.away, "-p", JSON.stringify({ stringData })]);
}

async function lies(name: string, { pem }: Issued): Promise<boolean> {
  return (await world.secret(name)).data?.["tls.crt"] === Buffer.from(pem).toString("base64");
}

async function operatorsWrites(name: string): Promise<number> {
  return (
    await world.plane.audit.writes({
      resource: "secrets",
      namespace: world.away,
      name,
      user: `system:serviceaccount:${world.home}:writer`,
    })
  ).length;
}

describe("a place that someone else changes", () => {
  it("is repaired under Repair, by one write", async () => {
    const leaf = await deliver("repaired", {});
    const [stranger] = await issued("stranger", -20, 20);
    await meddle("repaired", stranger);
    await world.reconcile("repaired", "now");
    await eventually("the repair", () => lies("repaired", leaf));
    await world.delete("secret", "repaired", world.away);
    await world.reconcile("repaired", "again");
    await eventually("the repair", () => lies("repaired", leaf));
    expect(await operatorsWrites("repaired")).toBe(3);
  });

  it("is only told of under Report, with what would be done, until the policy or the source changes", async () => {
    await deliver("reported", { driftPolicy: "Report" });
    const [stranger] = await issued("stranger", -20, 20);
    await meddle("reported", stranger);
    await world.reconcile("reported", "now");
    const { status } = await world.reason("reported", "Drifted");
    expect(status?.targets?.[0]).toMatchObject({
      phase: "Drifted",
      message:
        "The place was changed by someone else (data tls.crt, data tls.key), and driftPolicy is Report. Set it to Repair to have it written again.",
      plan: { action: "Update", reason: "Drift", changes: ["data tls.crt", "data tls.key"] },
    });
    expect(status?.conditions?.find(({ type }) => type === "Stalled")?.status).toBe("True");
    expect(await operatorsWrites("reported")).toBe(1);

    const [renewed, issuer] = await issued("reported", -1, 60);
    await world.source("reported", renewed, [issuer]);
    await world.reason("reported", "Delivered");
    expect(await lies("reported", renewed)).toBe(true);

    await world.delete("secret", "reported", world.away);
    await world.reconcile("reported", "again");
    const gone = await world.reason("reported", "Drifted");
    expect(gone.status?.targets?.[0]?.plan).toEqual({ action: "Create", reason: "Drift" });
    expect(await world.isGone("secret", "reported", world.away)).toBe(true);
    await world.patch("reported", { spec: { driftPolicy: "Repair" } });
    await world.reason("reported", "Delivered");
    expect(await lies("reported", renewed)).toBe(true);
  });

  it("is repaired or told of for each target by its own policy", async () => {
    const leaf = await deliver("mixed", {});
    await world.patch("mixed", {
      spec: {
        targets: [target("t", world.away, "mixed"), target("u", world.away, "mixed-u", { driftPolicy: "Report" })],
      },
    });
    await world.reason("mixed", "Delivered");
    const [stranger] = await issued("stranger", -20, 20);
    await Promise.all(["mixed", "mixed-u"].map((name) => meddle(name, stranger)));
    await world.reconcile("mixed", "now");
    await world.reason("mixed", "Drifted");
    await eventually("the repair of the other", () => lies("mixed", leaf));
    expect(await lies("mixed-u", stranger)).toBe(true);
  });
});

describe("an older certificate", () => {
  it("does not replace a newer one, until downgradePolicy is Allow", async () => {
    const newer = await deliver("revoked", {}, -1, 60);
    const [older, issuer] = await issued("revoked", -30, 30);
    await world.source("revoked", older, [issuer]);
    const { status } = await world.reason("revoked", "DowngradeRefused");
    expect(status?.targets?.[0]?.plan).toMatchObject({ action: "Update", reason: "Changed" });
    expect(status?.targets?.[0]?.message).toContain("Renew the source, or set downgradePolicy: Allow.");
    expect(await lies("revoked", newer)).toBe(true);
    await world.patch("revoked", { spec: { downgradePolicy: "Allow" } });
    await world.reason("revoked", "Delivered");
    expect(await lies("revoked", older)).toBe(true);
  });

  it("does not come back by a repair: who put a newer one there had a reason", async () => {
    await deliver("overtaken", { driftPolicy: "Repair" }, -10, 30);
    const [newer] = await issued("overtaken", -1, 60);
    await meddle("overtaken", newer);
    await world.reconcile("overtaken", "now");
    await world.reason("overtaken", "DowngradeRefused");
    expect(await lies("overtaken", newer)).toBe(true);
    expect(await operatorsWrites("overtaken")).toBe(1);
  });

  it("is none when it was issued later, though it expires earlier", async () => {
    await deliver("shorter", {}, -10, 300);
    const [short, issuer] = await issued("shorter", -1, 47);
    await world.source("shorter", short, [issuer]);
    await eventually("the shorter one", () => lies("shorter", short));
  });
});
