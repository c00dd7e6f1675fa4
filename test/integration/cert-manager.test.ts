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
 * Waits until every place holds the certificate that a Certificate asks for, one that is not among `before`. Gives its SHA-256.
 * cert-manager may issue more than it was asked for: it compares the key of its Secret with the last CertificateRequest, and one
 * of its caches can be ahead of the other. So neither the number of its revision nor the certificate at one moment is waited for.
 */
function delivered(name: string, ...before: readonly string[]): Promise<string> {
  const look = async (): Promise<string> => {
    const { metadata, status } = await plane.client.get(
      Certificates,
      { namespace: world.home, name },
      { signal: signal() },
    );
    const { Ready, Issuing } = Object.fromEntries((status?.conditions ?? []).map((one) => [one.type, one]));
    const current = Ready?.status === "True" && Ready.observedGeneration === metadata.generation;
    if (!current || Issuing?.status === "True") throw new Error(JSON.stringify(status));
    const secret = await source(name);
    rememberSecret(Buffer.from(secret.data?.["tls.key"] ?? "", "base64").toString());
    const leaf = await leafOf(secret, "tls.crt");
    if (before.includes(leaf)) throw new Error(`it is ${leaf} still`);
    const { status: told } = await world.deployment(name);
    const isDelivered = told?.conditions?.find(({ type }) => type === "Delivered")?.status === "True";
    const inAll = told?.targets?.every(({ remote }) => remote?.sha256 === leaf) === true;
    if (!isDelivered || !inAll) throw new Error(`${leaf} is issued: ${JSON.stringify(told?.targets)}`);
    return leaf;
  };
  return eventually(`a certificate of ${name} in all places`, look, { withinMs: 120_000 });
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

/** `writes` as they should be: one for each of these certificates, in the order of their issue, and at most one for any other. */
async function oneEach(
  name: string,
  leaves: readonly string[],
  writes: Record<string, string[]>,
): Promise<Record<string, string[]>> {
  const all = await issued(world, name);
  const once = (of: string[]): string[] => all.filter((leaf) => leaves.includes(leaf) || of.includes(leaf));
  return Object.fromEntries(Object.entries(writes).map(([place, of]) => [place, once(of)]));
}

/** What `cmctl renew` does. It is refused while cert-manager issues of its own accord. */
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
  await eventually(`${name} to be renewed`, async () => (await plane.kubectl(args)).code === 0);
}

describe.skipIf(noGo)("certificates that cert-manager issues", { timeout: 180_000 }, () => {
  it.each([
    ["rsa", { algorithm: "RSA", size: 2048 }],
    ["ec", { algorithm: "ECDSA", size: 256 }],
    ["ed25519", { algorithm: "Ed25519" }],
  ])("%s: each is written into every place exactly once, however often its Secret was", async (name, privateKey) => {
    await world.apply(certificate(world.home, name, { privateKey }), everywhere(world, name));
    const first = await delivered(name);
    await renew(name);
    const renewed = await delivered(name, first);
    const dnsNames = [`${name}.example.com`, `www.${name}.example.com`];
    await world.apply(certificate(world.home, name, { privateKey, dnsNames }));
    const reissued = await delivered(name, first, renewed);
    await plane.kubectl(["annotate", "secret", name, "-n", world.home, "example.com/written=again"]);

    const writes = await everyWrite(name);
    expect(writes).toEqual(await oneEach(name, [first, renewed, reissued], writes));
    expect((await sourceWrites(world, name)).length).toBeGreaterThan((await issued(world, name)).length);
  });

  it.each([
    ["keystore.p12", {}],
    ["keystore.jks", { alias: "web" }],
  ])("are read from the %s that lies beside them too", async (keystore, alias) => {
    const name = keystore.replace(".", "-");
    const read = { ...alias, keys: { keystore }, passwordSecretRef: { name: "password", key: "password" } };
    const deployment = everywhere(world, name, read);
    await world.apply(certificate(world.home, name, { privateKey: { algorithm: "Ed25519" } }), deployment);
    const first = await delivered(name);
    await renew(name);
    const renewed = await delivered(name, first);
    const writes = await everyWrite(name);
    expect(writes).toEqual(await oneEach(name, [first, renewed], writes));
  });

  it("are not delivered while they are temporary", async () => {
    const own = { issuerRef: { name: "later" } };
    await world.apply(certificate(world.home, "temporary", own), everywhere(world, "temporary"));
    const { status } = await world.reason("temporary", "TemporaryCertificate");
    expect(status?.targets?.map(({ phase }) => phase)).toEqual(["Waiting", "Waiting", "Waiting", "Waiting"]);
    expect(status?.conditions?.find(({ type }) => type === "Stalled")?.status).toBe("False");

    await world.apply(issuer(world.home, "later", { selfSigned: {} }));
    const leaf = await delivered("temporary");
    const writes = await everyWrite("temporary");
    expect(writes).toEqual(await oneEach("temporary", [leaf], writes));
  });

  it("are written once more when their Secret was deleted, since it comes back with another certificate", async () => {
    await world.apply(certificate(world.home, "deleted", {}), everywhere(world, "deleted"));
    const first = await delivered("deleted");
    const { uid } = (await source("deleted")).metadata;
    await world.delete("secret", "deleted");
    const second = await delivered("deleted", first);
    expect((await source("deleted")).metadata.uid).not.toBe(uid);
    const writes = await everyWrite("deleted");
    expect(writes).toEqual(await oneEach("deleted", [first, second], writes));
  });

  it("are not written again when their Secret comes back as it was, under another uid", async () => {
    await world.apply(certificate(world.home, "restored", {}), everywhere(world, "restored"));
    const leaf = await delivered("restored");
    await certManager.stop("SIGTERM");
    const all = await issued(world, "restored");
    const before = await source("restored");
    await world.delete("secret", "restored");
    await world.reason("restored", "Updating");
    const { name, namespace, labels, annotations } = before.metadata;
    await world.apply({ ...before, metadata: { name, namespace, labels, annotations } });
    await world.reason("restored", "Delivered");

    expect((await source("restored")).metadata.uid).not.toBe(before.metadata.uid);
    const writes = await everyWrite("restored");
    expect(writes).toEqual(await oneEach("restored", [leaf], writes));
    expect(await issued(world, "restored")).toEqual(all);
    certManager = await startCertManager(plane);
  });
});
