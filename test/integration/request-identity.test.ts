import { createSign } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ConfigMap,
  connect,
  type KubeClient,
  loadInClusterConfig,
  type RequestFacts,
  ServiceAccount,
} from "../../src/kube/index.ts";
import { type ClusterAccess, eventually } from "../control-plane/index.ts";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { FaultProxy } from "../fault-proxy/index.ts";
import { Follower, Values } from "./watch-follower.ts";

let plane: ClusterAccess;
let proxy: FaultProxy;
let namespace: string;
let values: Values;
/** Where the ServiceAccount is mounted, as in a pod. */
let directory: string;
let client: KubeClient;
let attempts: (number | undefined)[];
let minutes = 0;
const timely = (): AbortSignal => AbortSignal.timeout(20_000);

beforeAll(async () => {
  plane = sharedControlPlane();
  namespace = await testNamespace("identity");
  const account = `${namespace}:pod`;
  await plane.kubectl(["create", "serviceaccount", "pod", "-n", namespace]);
  await plane.kubectl(["create", "role", "pod", "--verb=*", "--resource=configmaps", "-n", namespace]);
  await plane.kubectl(["create", "rolebinding", "pod", "--role=pod", `--serviceaccount=${account}`, "-n", namespace]);
});
beforeEach(async () => {
  values = new Values(plane.client, namespace);
  await values.set("a", "1");
  proxy = await FaultProxy.start(plane);
  directory = await mkdtemp(join(tmpdir(), "certferry-identity-"));
  await mount({ "ca.crt": proxy.caPem, namespace });
  attempts = [];
});
afterEach(async () => {
  await client.close();
  await proxy.close();
  await rm(directory, { recursive: true });
});

/** What the kubelet does when something of it is new. */
async function mount(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
}

async function connected(): Promise<KubeClient> {
  const { hostname, port } = new URL(proxy.server);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const config = await loadInClusterConfig({ env, directory, now: () => minutes * 60_000 });
  client = connect(config, { onRequest: ({ code }: RequestFacts) => attempts.push(code) });
  return client;
}

/** A token of the pod's account that the API server has signed and that is over, beyond the minute it grants. */
async function expiredToken(): Promise<string> {
  const { metadata } = await plane.client.get(ServiceAccount, { namespace, name: "pod" }, { signal: timely() });
  const issuer = "https://kubernetes.default.svc";
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: [issuer],
    sub: `system:serviceaccount:${namespace}:pod`,
    iat: now - 3600,
    nbf: now - 3600,
    exp: now - 120,
    "kubernetes.io": { namespace, serviceaccount: { name: "pod", uid: metadata.uid } },
  };
  const text = [{ alg: "RS256" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const key = await readFile(join(plane.facts.folder, "sa.key"), "utf8");
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
}

describe("an expired token that is replaced", () => {
  beforeEach(async () => {
    await mount({ token: await expiredToken() });
    client = await connected();
  });

  async function replace(): Promise<void> {
    await mount({ token: await plane.tokenFor(namespace, "pod") });
  }

  it("is read again from its file when it is refused, and a write is done once", async () => {
    await replace();
    await client.create(ConfigMap, { metadata: { name: "written" } }, { namespace, signal: timely() });
    expect(attempts).toEqual([401, 201]);
    const writes = await plane.audit.writes({ resource: "configmaps", namespace, name: "written" });
    expect(writes.map(({ user }) => user)).toEqual([`system:serviceaccount:${namespace}:pod`]);
  });

  it("is read again for a watch", async () => {
    await replace();
    const { resourceVersion } = await plane.client.list(ConfigMap, { namespace, signal: timely() });
    await values.set("a", "2");
    const watch = client.watch(ConfigMap, { namespace, resourceVersion, timeoutSeconds: 20, signal: timely() });
    const { value } = await watch.next();
    await watch.return();
    expect(value).toMatchObject({ type: "MODIFIED", object: { data: { value: "2" } } });
    expect(attempts).toEqual([401, 200]);
  });

  it("lets an informer wait until then, and go on", async () => {
    const follower = new Follower(client, namespace);
    await eventually("refusals", () => follower.reasons.length >= 2);
    expect(new Set(follower.reasons)).toEqual(new Set(["Unauthorized"]));
    await replace();
    await follower.informer.whenSynced(timely());
    expect(follower.informer.get(`${namespace}/a`)?.metadata.name).toBe("a");
    await follower.stop();
  });
});

describe("a CA that is rotated", () => {
  beforeEach(async () => {
    await mount({ token: await plane.tokenFor(namespace, "pod") });
    client = await connected();
  });

  it("is read again from its file at once; before, nothing is sent to a server that it does not vouch for", async () => {
    const get = (): Promise<ConfigMap> => client.get(ConfigMap, { namespace, name: "a" }, { signal: timely() });
    await get();
    await proxy.rotateCa();
    const heard = proxy.requests.length;
    await expect(get()).rejects.toMatchObject({ reason: "ConnectionFailed", sent: false });
    expect(proxy.requests).toHaveLength(heard);
    await mount({ "ca.crt": proxy.caPem });
    expect((await get()).metadata.name).toBe("a");
  });

  it("leaves an informer without a gap", async () => {
    const follower = new Follower(client, namespace);
    await follower.informer.whenSynced(timely());
    await proxy.rotateCa();
    await mount({ "ca.crt": proxy.caPem });
    await values.set("a", "rotated");
    await eventually("the change", () => follower.informer.get(`${namespace}/a`)?.data?.["value"] === "rotated");
    await follower.stop();
  });

  it("gives new requests new connections, and lets a watch go on with its own", async () => {
    const get = (): Promise<ConfigMap> => client.get(ConfigMap, { namespace, name: "a" }, { signal: timely() });
    const { resourceVersion } = await plane.client.list(ConfigMap, { namespace, signal: timely() });
    const watch = client.watch(ConfigMap, { namespace, resourceVersion, timeoutSeconds: 20, signal: timely() });
    const next = watch.next();
    await values.set("a", "before");
    await next;
    for (let count = 0; count < 5; count += 1) await get();
    const ports = new Set(proxy.requests.map(({ port }) => port));
    // The old one and the new one, as while a CA is replaced.
    await mount({ "ca.crt": `${proxy.caPem}${plane.facts.caPem}` });
    minutes += 1;
    await get();
    await values.set("a", "after");
    expect((await watch.next()).value).toMatchObject({ object: { data: { value: "after" } } });
    await watch.return();
    expect(ports).not.toContain(proxy.requests.at(-1)?.port);
    expect(proxy.requests.filter((request) => request.watch)).toHaveLength(1);
  });
});
