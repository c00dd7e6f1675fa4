import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateDownloads } from "../../src/controllers/resources.ts";
import type { CertificateDownload } from "../../src/crds/index.ts";
import { ConfigMap } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, startControlPlane } from "../control-plane/index.ts";
import { issue } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { installWithLedger } from "../ledger/install.ts";
import { Ledger } from "../ledger/ledger.ts";
import { ledgerProvider } from "../ledger/provider.ts";
import { LedgerServer } from "../ledger/server.ts";
import { leafAndIssuer, named, World } from "./world.ts";

let plane: ControlPlane;
let world: World;
let ledger: LedgerServer;
beforeAll(async () => {
  plane = await startControlPlane();
  await installWithLedger(plane);
  world = await World.create(plane, "download");
  ledger = await LedgerServer.start(new Ledger("Everything", Date.now));
  const spec = { ledger: { url: ledger.url } };
  await world.apply(...writerAtHome(world.home), { ...ours("CertificateStore", "ledger"), spec });
  await world.start([], 300, [ledgerProvider]);
});
afterAll(async () => {
  await world.stop();
  await ledger.close();
  await plane.stop();
});

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

function ours(kind: string, name: string): object {
  return named("certferry.io/v1alpha1", kind, name, world.home);
}

/** Downloads are written beside their resource. */
function writerAtHome(namespace: string): object[] {
  const api = "rbac.authorization.k8s.io";
  const verbs = ["get", "create", "patch", "delete"];
  const rules = [{ apiGroups: [""], resources: ["secrets", "configmaps"], verbs }];
  const subjects = [{ kind: "ServiceAccount", name: "writer", namespace }];
  return [
    { ...named(`${api}/v1`, "Role", "downloads", namespace), rules },
    {
      ...named(`${api}/v1`, "RoleBinding", "downloads", namespace),
      roleRef: { apiGroup: api, kind: "Role", name: "downloads" },
      subjects,
    },
  ];
}

function enter(title: string, certificate: string): void {
  ledger.ledger.write({ title, certificate, mark: "somebody", note: "" });
}

async function ask(name: string, title: string, more: object = {}): Promise<void> {
  const target = { storeRef: { name: "apps" }, configMap: { name, key: "web.pem" } };
  const spec = { storeRef: { name: "ledger" }, ledger: { certificate: { title } }, target, ...more };
  await world.apply({ ...ours("CertificateDownload", name), spec });
}

async function found(name: string): Promise<CertificateDownload> {
  return plane.client.get(CertificateDownloads, { namespace: world.home, name }, { signal: signal() });
}

/** The download once Ready has this reason for its present spec. */
function ready(name: string, reason: string): Promise<CertificateDownload> {
  return eventually(`${name} to be ${reason}`, async () => {
    const object = await found(name);
    const condition = object.status?.conditions?.find(({ type }) => type === "Ready");
    const current = object.status?.observedGeneration === object.metadata.generation;
    if (condition?.reason === reason && current) return object;
    throw new Error(`it is ${condition?.reason ?? "not there"}: ${condition?.message ?? ""}`);
  });
}

/** Asks for a look and waits for its end. */
async function look(name: string, value: string): Promise<void> {
  const annotation = `certferry.io/reconcile-requested-at=${value}`;
  await plane.kubectl(["annotate", "certificatedownload", name, "-n", world.home, "--overwrite", annotation]);
  await eventually(
    "the request to be seen to",
    async () => (await found(name)).status?.lastHandledReconcileAt === value,
  );
}

function configMap(name: string): Promise<ConfigMap> {
  return plane.client.get(ConfigMap, { namespace: world.home, name }, { signal: signal() });
}

/** Until a ConfigMap holds this under its key. */
function holds(name: string, text: string, withinMs = 20_000): Promise<unknown> {
  const look = async (): Promise<boolean> => (await configMap(name)).data?.["web.pem"] === text;
  return eventually(`ConfigMap ${name} to hold it`, look, { withinMs });
}

/** What the writer wrote into a ConfigMap, by the API server's audit log. */
async function writes(name: string): Promise<number> {
  const all = await plane.audit.writes({ resource: "configmaps", namespace: world.home, name });
  return all.filter(({ user }) => user === `system:serviceaccount:${world.home}:writer`).length;
}

async function pem(host: string): Promise<string> {
  return (await issue({ subject: `CN=${host}`, dnsNames: [host] })).pem;
}

describe("a download", () => {
  it("lies in a ConfigMap as the store gave it, and status says what it is", async () => {
    const text = `subject=CN = web.example.com\n${await pem("web.example.com")}`;
    enter("web", text);
    await ask("web", "web");
    const { status } = await ready("web", "Delivered");
    expect((await configMap("web")).data).toEqual({ "web.pem": text });
    expect(status).toMatchObject({
      summary: "1/1 delivered",
      fileName: "web.pem",
      certificate: { subject: "CN=web.example.com", dnsNames: ["web.example.com"], hasPrivateKey: false },
      delivery: { phase: "Delivered", place: { storeRef: { name: "apps" } } },
    });
    expect(status?.conditions?.find(({ type }) => type === "SourceValid")?.status).toBe("True");
    expect(status?.history?.map(({ outcome }) => outcome)).toEqual(["Delivered"]);
    const [mark] = Object.values((await configMap("web")).metadata.annotations ?? {});
    expect(JSON.parse(mark ?? "")).toEqual({
      mark: `${world.home}/CertificateDownload/${world.home}/web`,
      keys: ["web.pem"],
      created: true,
    });
    expect(await writes("web")).toBe(1);
  });

  it("follows the store after refreshInterval, with one write for a change and none for rest", async () => {
    enter("follow", await pem("a.example.com"));
    await ask("follow", "follow", { refreshInterval: "30s" });
    await ready("follow", "Delivered");
    const renewed = await pem("b.example.com");
    enter("follow", renewed);
    await holds("follow", renewed, 60_000);
    const subject = async (): Promise<boolean> =>
      (await found("follow")).status?.certificate?.subject === "CN=b.example.com";
    await eventually("status to tell the new one", subject);
    await look("follow", "1");
    await look("follow", "2");
    await ready("follow", "Delivered");
    expect(await writes("follow")).toBe(2);
  }, 120_000);

  it("is put right where somebody changed it", async () => {
    const text = await pem("drift.example.com");
    enter("drift", text);
    await ask("drift", "drift");
    await ready("drift", "Delivered");
    const patch = JSON.stringify({ data: { "web.pem": "mine" } });
    await plane.kubectl(["patch", "configmap", "drift", "-n", world.home, "--type=merge", "-p", patch]);
    await look("drift", "1");
    await holds("drift", text);
    expect(await writes("drift")).toBe(2);
  });

  it("leaves what others put there alone, until it may take it over", async () => {
    await world.apply({ ...named("v1", "ConfigMap", "taken", world.home), data: { "web.pem": "mine", other: "x" } });
    const text = await pem("taken.example.com");
    enter("taken", text);
    await ask("taken", "taken");
    const { status } = await ready("taken", "NotAdopted");
    expect(status?.delivery?.message).toBe(
      "The place holds something that is no certificate, which Certferry did not write. It is not the same certificate or one for the same names or key: remove what is there, choose another place, or set adoptionPolicy: Always.",
    );
    await ask("taken", "taken", { adoptionPolicy: "Always" });
    await ready("taken", "Delivered");
    expect((await configMap("taken")).data).toEqual({ "web.pem": text, other: "x" });
  });

  it("has its place to itself", async () => {
    const text = await pem("first.example.com");
    enter("first", text);
    enter("second", await pem("second.example.com"));
    await ask("first", "first");
    await ready("first", "Delivered");
    const target = { storeRef: { name: "apps" }, configMap: { name: "first", key: "web.pem" } };
    await ask("second", "second", { target });
    const { status } = await ready("second", "PlaceTaken");
    expect(status?.delivery?.message).toBe(
      "CertificateDownload first holds this place. It is taken over when that one goes; or choose another place.",
    );
    expect((await configMap("first")).data).toEqual({ "web.pem": text });
  });

  it("writes nothing while it is suspended, and says what it would", async () => {
    enter("still", await pem("still.example.com"));
    await ask("still", "still", { suspend: true });
    const { status } = await ready("still", "Suspended");
    expect(status?.delivery?.plan).toEqual({ action: "Create", reason: "NotThere" });
    expect(await writes("still")).toBe(0);
  });

  it("is waited for while the store has no such certificate", async () => {
    await ask("late", "late");
    const delivery = async (): Promise<boolean> =>
      (await found("late")).status?.delivery?.reason === "CertificateMissing";
    await eventually("the download to wait", delivery);
    const text = await pem("late.example.com");
    enter("late", text);
    await holds("late", text);
  });

  it("never holds a private key, whatever the store gives", async () => {
    const leaf = await issue({ subject: "CN=key.example.com", dnsNames: ["key.example.com"] });
    rememberSecret(leaf.keyPem);
    enter("key", `${leaf.pem}${leaf.keyPem}`);
    await ask("key", "key");
    const { status } = await ready("key", "PrivateKeyRefused");
    expect(status?.delivery?.message).toBe(
      "CertificateStore ledger gave a private key with the certificate, and nobody asked for one; have the store give the certificate alone.",
    );
    expect(await writes("key")).toBe(0);
  });

  it("is refused by a store of another provider, also where that is its target's and takes one at a time", async () => {
    const spec = { kubernetes: { auth: { serviceAccountRef: { name: "writer" } } }, limits: { maxConcurrent: 1 } };
    await world.apply({ ...ours("CertificateStore", "narrow"), spec });
    const target = { storeRef: { name: "narrow" }, configMap: { name: "same", key: "web.pem" } };
    await ask("same", "same", { storeRef: { name: "narrow" }, target });
    const { status } = await ready("same", "ProviderMismatch");
    expect(status?.delivery?.message).toBe(
      "CertificateStore narrow is a kubernetes store, but the block here is ledger; use a block kubernetes or another store.",
    );
  });

  it("goes into a Secret beside what others keep there", async () => {
    const type = "example.com/bundle";
    await world.apply({ ...named("v1", "Secret", "both", world.home), type, stringData: { other: "x" } });
    const text = await pem("secret.example.com");
    enter("both", text);
    const target = { storeRef: { name: "apps" }, secret: { name: "both", key: "web.pem" } };
    await ask("both", "both", { target });
    await ready("both", "Delivered");
    const { data = {} } = await world.secret("both", world.home);
    expect(Object.keys(data).toSorted()).toEqual(["other", "web.pem"]);
    expect(Buffer.from(data["web.pem"] ?? "", "base64").toString()).toBe(text);
  });

  it("says that a ConfigMap is immutable", async () => {
    await world.apply({ ...named("v1", "ConfigMap", "fixed", world.home), data: { other: "x" }, immutable: true });
    enter("fixed", await pem("fixed.example.com"));
    await ask("fixed", "fixed");
    const { status } = await ready("fixed", "ConfigMapImmutable");
    expect(status?.delivery?.message).toBe(
      `ConfigMap ${world.home}/fixed is immutable; delete it or choose another name.`,
    );
  });
});

describe("the end of a download", () => {
  const gone = async (name: string): Promise<unknown> =>
    eventually(`ConfigMap ${name} to be gone`, () => world.isGone("configmap", name));

  it("leaves the ConfigMap where its policy is Retain", async () => {
    const text = await pem("retain.example.com");
    enter("retain", text);
    await ask("retain", "retain");
    await ready("retain", "Delivered");
    await world.delete("certificatedownload", "retain");
    await eventually("the download to be gone", () => world.isGone("certificatedownload", "retain"));
    expect((await configMap("retain")).data).toEqual({ "web.pem": text });
  });

  it("removes the place that it has left, and the ConfigMap, where its policy is Delete", async () => {
    enter("moved", await pem("moved.example.com"));
    await ask("moved", "moved", { deletionPolicy: "Delete" });
    await ready("moved", "Delivered");
    const target = { storeRef: { name: "apps" }, configMap: { name: "moved-on", key: "web.pem" } };
    await ask("moved", "moved", { deletionPolicy: "Delete", target });
    await ready("moved", "Delivered");
    await gone("moved");
    await world.delete("certificatedownload", "moved");
    await gone("moved-on");
    await eventually("the download to be gone", () => world.isGone("certificatedownload", "moved"));
  });
});

describe("a download of what an import has brought into the store", () => {
  it("waits for the import, and then follows it without a refresh", async () => {
    await ask("imported", "", { ledger: { certificate: { importRef: { name: "web" } } }, refreshInterval: "0" });
    await eventually(
      "the import to be missed",
      async () => (await found("imported")).status?.delivery?.reason === "ImportMissing",
    );
    const [first, issuer] = await leafAndIssuer("one.example.com");
    await world.source("web-tls", first, [issuer]);
    const source = { secretRef: { name: "web-tls" } };
    const spec = { source, storeRef: { name: "ledger" }, ledger: { title: "by-import" } };
    await world.apply({ ...ours("CertificateImport", "web"), spec });
    await holds("imported", first.pem);
    const [second, next] = await leafAndIssuer("two.example.com");
    await world.source("web-tls", second, [next]);
    await holds("imported", second.pem);
    expect(await writes("imported")).toBe(2);
  });

  it("is refused where the import brings it into another store", async () => {
    const spec = { ledger: { url: ledger.url } };
    await world.apply({ ...ours("CertificateStore", "elsewhere"), spec });
    const certificate = { importRef: { name: "web" } };
    await ask("mismatch", "", { storeRef: { name: "elsewhere" }, ledger: { certificate } });
    const { status } = await ready("mismatch", "StoreMismatch");
    expect(status?.delivery?.message).toBe(
      "CertificateImport web brings its certificate into CertificateStore ledger, not into CertificateStore elsewhere; name that store here.",
    );
  });
});
