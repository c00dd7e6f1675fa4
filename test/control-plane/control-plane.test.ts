import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, ConfigMap, isKubeError, Namespace, Secret } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, startControlPlane } from "./index.ts";
import { isThere, programsOf } from "./testing/processes.ts";

const { signal } = new AbortController();
let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane({ audit: "RequestResponse" });
});
afterAll(() => plane.stop());

async function apply(namespace: string, name: string, value: string): Promise<void> {
  const object = { metadata: { namespace, name }, data: { value } };
  await plane.client.apply(ConfigMap, object, { fieldManager: "test", force: true, signal });
}

describe("the control plane", () => {
  it("answers kubectl", async () => {
    const input = "{apiVersion: v1, kind: ConfigMap, metadata: {name: by-hand, namespace: default}, data: {a: b}}";
    await plane.kubectl(["apply", "-f", "-"], { input });
    const { stdout } = await plane.kubectl(["get", "configmap", "by-hand", "-o", "jsonpath={.data.a}"]);
    expect(stdout).toBe("b");
  });

  it("says what kubectl said when it fails", async () => {
    await expect(plane.kubectl(["get", "configmap", "nothing"])).rejects.toThrow('configmaps "nothing" not found');
    const { code } = await plane.kubectl(["get", "configmap", "nothing"], { mayFail: true });
    expect(code).toBe(1);
  });

  it("gives a ServiceAccount the rights that RBAC gives it, and no others", async () => {
    const namespace = await plane.namespace("rights");
    const reader = ["--serviceaccount", `${namespace}:reader`, "-n", namespace];
    await plane.kubectl(["create", "serviceaccount", "reader", "-n", namespace]);
    await plane.kubectl(["create", "role", "reader", "--verb=list", "--resource=configmaps", "-n", namespace]);
    await plane.kubectl(["create", "rolebinding", "reader", "--role=reader", ...reader]);
    const client = connect(plane.configFor(namespace, "reader"));
    const { items } = await client.list(ConfigMap, { namespace, signal });
    expect(items).toEqual([]);
    const refused = await client.list(Secret, { namespace, signal }).catch((error: unknown) => error);
    expect(isKubeError(refused, "Forbidden")).toBe(true);
    await client.close();
  });

  it("keeps its data when the API server is killed and started again", async () => {
    const namespace = await plane.namespace("restart");
    await apply(namespace, "kept", "before");
    await plane.stopApiServer();
    await expect(plane.kubectl(["get", "namespaces"])).rejects.toThrow("refused");
    await plane.startApiServer();
    const { data } = await plane.client.get(ConfigMap, { namespace, name: "kept" }, { signal });
    expect(data).toEqual({ value: "before" });
  });

  it("forgets what came after its backup when it is restored", async () => {
    const namespace = await plane.namespace("restore");
    await apply(namespace, "kept", "before");
    await plane.backUp();
    await apply(namespace, "kept", "after");
    await apply(namespace, "forgotten", "after");
    await plane.restore();
    const { items } = await plane.client.list(ConfigMap, { namespace, signal });
    expect(items.map(({ metadata, data }) => [metadata.name, data])).toEqual([["kept", { value: "before" }]]);
  });
});

describe("the audit log", () => {
  it("counts every write, and only writes, up to the last one", async () => {
    const namespace = await plane.namespace("audit");
    await apply(namespace, "counted", "one");
    await apply(namespace, "counted", "two");
    await apply(namespace, "other", "one");
    await plane.client.get(ConfigMap, { namespace, name: "counted" }, { signal });
    const writes = await plane.audit.writes({ resource: "configmaps", namespace, name: "counted" });
    expect(writes.map(({ verb, code, user }) => ({ verb, code, user }))).toEqual([
      { verb: "patch", code: 201, user: "admin" },
      { verb: "patch", code: 200, user: "admin" },
    ]);
  });

  it("has bodies at the level RequestResponse", async () => {
    const namespace = await plane.namespace("bodies");
    await apply(namespace, "body", "one");
    const [write] = await plane.audit.writes({ resource: "configmaps", namespace });
    expect(write?.requestObject).toMatchObject({ data: { value: "one" } });
    expect(write?.responseObject).toMatchObject({ metadata: { name: "body" } });
  });

  it("counts from a time on, and subresources only when asked", async () => {
    const namespace = await plane.namespace("since");
    await plane.kubectl(["create", "serviceaccount", "one", "-n", namespace]);
    await plane.tokenFor(namespace, "one");
    const since = new Date();
    await apply(namespace, "late", "one");
    const account = { resource: "serviceaccounts", namespace, name: "one" };
    expect(await plane.audit.writes(account)).toHaveLength(1);
    expect(await plane.audit.writes({ ...account, subresource: "token" })).toHaveLength(1);
    expect(await plane.audit.writes({ namespace, user: "admin", since })).toHaveLength(1);
  });
});

it("a control plane with a controller manager finishes deletions, and leaves no process and no file when stopped", async () => {
  const own = await startControlPlane({ controllerManager: true });
  const { supervisor } = own.pids;
  const { folder } = own.facts;
  expect(await programsOf(folder)).toEqual(["etcd", "kube-apiserver", "kube-controller-manager"]);
  const name = await own.namespace("deleted");
  await own.client.delete(Namespace, { name }, { signal });
  const gone = eventually("the namespace to be gone", async () => {
    const found = await own.client.get(Namespace, { name }, { signal }).catch((error: unknown) => error);
    return isKubeError(found, "NotFound");
  });
  await expect(gone).resolves.toBe(true);
  await own.stop();
  expect(await programsOf(folder)).toEqual([]);
  expect([isThere(supervisor), existsSync(folder)]).toEqual([false, false]);
});
