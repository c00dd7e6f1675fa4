import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/kube/index.ts";
import { installCertManager, startCertManager } from "../control-plane/cert-manager.ts";
import { canBuild } from "../control-plane/go-build.ts";
import {
  type ControlPlane,
  eventually,
  install,
  startControlPlane,
  type SupervisedProcess,
} from "../control-plane/index.ts";
import { rememberSecret } from "../leaks/material.ts";
import {
  authority,
  certificate,
  Certificates,
  everywhere,
  issued,
  issuer,
  leafOf,
  password,
  places,
  sourceWrites,
  written,
} from "./issuer.ts";
import { World } from "./world.ts";

const noGo = !(await canBuild());
const signal = (): AbortSignal => AbortSignal.timeout(20_000);
let plane: ControlPlane;
let certManager: SupervisedProcess;
let world: World;

beforeAll(async () => {
  if (noGo) return;
  plane = await startControlPlane({ audit: "RequestResponse" });
  await install(plane);
  await installCertManager(plane);
  world = await World.create(plane, "issuer");
  rememberSecret(password);
  await world.apply(...authority(world.home));
  certManager = await startCertManager(plane);
  await world.start();
}, 180_000);
afterAll(async () => {
  if (noGo) return;
  await world.stop();
  await plane.stop();
});

function source(name: string): Promise<Secret> {
  return plane.client.get(Secret, { namespace: world.home, name }, { signal: signal() });
}

/**
 * Waits until cert-manager has issued a certificate so many times, and every place holds the last one. Gives its SHA-256. Now and
 * then it issues once more than it was asked to, by what its caches did not show yet.
 */
async function delivered(name: string, revision: number): Promise<string> {
  const options = { withinMs: 60_000 };
  const look = async (): Promise<string | undefined> => {
    const { status } = await plane.client.get(Certificates, { namespace: world.home, name }, { signal: signal() });
    const conditions = status?.conditions ?? [];
    const ready = conditions.some(({ type, status }) => type === "Ready" && status === "True");
    const issuing = conditions.some(({ type, status }) => type === "Issuing" && status === "True");
    if ((status?.revision ?? 0) < revision || !ready || issuing) throw new Error(JSON.stringify(status));
    const secret = await source(name);
    rememberSecret(Buffer.from(secret.data?.["tls.key"] ?? "", "base64").toString());
    return leafOf(secret, "tls.crt");
  };
  const leaf = await eventually(`certificate ${revision} of ${name}`, look, options);
  const held = async (): Promise<boolean> => {
    const { status } = await world.deployment(name);
    const told = status?.conditions?.find(({ type }) => type === "Delivered")?.status;
    return told === "True" && status?.targets?.every(({ remote }) => remote?.sha256 === leaf) === true;
  };
  await eventually(`certificate ${revision} of ${name} in all places`, held, options);
  return leaf;
}

/** Has the places looked at once more, so that a second write would have come; then tells what was written into each. */
async function everyWrite(name: string): Promise<Record<string, string[]>> {
  await world.request(name, "look");
  await eventually("the request to be handled", async () => {
    const { status } = await world.deployment(name);
    return status?.lastHandledReconcileAt === "look" && status.summary === "4/4 delivered";
  });
  return Object.fromEntries(await Promise.all(places.map(async (place) => [place, await written(world, name, place)])));
}

function inEach(leaves: readonly string[]): Record<string, readonly string[]> {
  return { tls: leaves, pem: leaves, p12: leaves, jks: leaves };
}

/** What `cmctl renew` does. */
async function renew(name: string): Promise<void> {
  const value = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "",
    lastTransitionTime: new Date().toISOString(),
  };
  const patch = JSON.stringify([{ op: "add", path: "/status/conditions/-", value }]);
  const args = ["patch", "certificate", name, "-n", world.home, "--subresource=status", "--type=json", "-p", patch];
  await plane.kubectl(args);
}

describe.skipIf(noGo)("certificates that cert-manager issues", { timeout: 180_000 }, () => {
  it.each([
    ["rsa", { algorithm: "RSA", size: 2048 }],
    ["ec", { algorithm: "ECDSA", size: 256 }],
    ["ed25519", { algorithm: "Ed25519" }],
  ])("%s: each is written into every place exactly once, however often its Secret was", async (name, privateKey) => {
    await world.apply(certificate(world.home, name, { privateKey }), everywhere(world, name));
    const first = await delivered(name, 1);
    await renew(name);
    const renewed = await delivered(name, 2);
    const dnsNames = [`${name}.example.com`, `www.${name}.example.com`];
    await world.apply(certificate(world.home, name, { privateKey, dnsNames }));
    const reissued = await delivered(name, 3);

    expect(new Set([first, renewed, reissued]).size).toBe(3);
    expect((await sourceWrites(world, name)).length).toBeGreaterThanOrEqual(3);
    const writes = await everyWrite(name);
    const all = await issued(world, name);
    for (const leaves of Object.values(writes)) {
      expect(leaves).toEqual(all.filter((leaf) => leaves.includes(leaf)));
      expect(leaves).toEqual(expect.arrayContaining([first, renewed, reissued]));
    }
  });

  it.each([
    ["keystore.p12", {}],
    ["keystore.jks", { alias: "web" }],
  ])("are read from the %s that lies beside them too", async (keystore, alias) => {
    const name = keystore.replace(".", "-");
    const read = { ...alias, keys: { keystore }, passwordSecretRef: { name: "password", key: "password" } };
    const deployment = everywhere(world, name, read);
    await world.apply(certificate(world.home, name, { privateKey: { algorithm: "Ed25519" } }), deployment);
    const first = await delivered(name, 1);
    await renew(name);
    const renewed = await delivered(name, 2);
    expect(await everyWrite(name)).toEqual(inEach([first, renewed]));
  });

  it("are not delivered while they are temporary", async () => {
    const own = { issuerRef: { name: "later" } };
    await world.apply(certificate(world.home, "temporary", own), everywhere(world, "temporary"));
    const { status } = await world.reason("temporary", "TemporaryCertificate");
    expect(status?.targets?.map(({ phase }) => phase)).toEqual(["Waiting", "Waiting", "Waiting", "Waiting"]);
    expect(status?.conditions?.find(({ type }) => type === "Stalled")?.status).toBe("False");

    await world.apply(issuer(world.home, "later", { selfSigned: {} }));
    const leaf = await delivered("temporary", 1);
    expect(await everyWrite("temporary")).toEqual(inEach([leaf]));
  });

  it("are written once more when their Secret was deleted, since it comes back with another certificate", async () => {
    await world.apply(certificate(world.home, "deleted", {}), everywhere(world, "deleted"));
    const first = await delivered("deleted", 1);
    const { uid } = (await source("deleted")).metadata;
    await world.delete("secret", "deleted");
    const second = await delivered("deleted", 2);
    expect((await source("deleted")).metadata.uid).not.toBe(uid);
    expect(await everyWrite("deleted")).toEqual(inEach([first, second]));
  });

  it("are not written again when their Secret comes back as it was, under another uid", async () => {
    await world.apply(certificate(world.home, "restored", {}), everywhere(world, "restored"));
    const leaf = await delivered("restored", 1);
    await certManager.stop("SIGTERM");
    const before = await source("restored");
    await world.delete("secret", "restored");
    await world.reason("restored", "Updating");
    const { name, namespace, labels, annotations } = before.metadata;
    await world.apply({ ...before, metadata: { name, namespace, labels, annotations } });
    await world.reason("restored", "Delivered");
    certManager = await startCertManager(plane);

    expect((await source("restored")).metadata.uid).not.toBe(before.metadata.uid);
    expect(await everyWrite("restored")).toEqual(inEach([leaf]));
    expect(await issued(world, "restored")).toEqual([leaf]);
  });
});
