import { afterAll, beforeAll, expect, it } from "vitest";
import { type ControlPlane, eventually, install, kubeconfigText, startControlPlane } from "../control-plane/index.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, store, target, tokenGrant, World } from "./world.ts";

let plane: ControlPlane;
let serving: World;
const removing = { deletionPolicy: "Delete" };
const withinMs = 60_000;

beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true });
  await install(plane);
  serving = await World.create(plane, "serving");
  await serving.start(["--watch-namespaces="]);
}, 120_000);
afterAll(async () => {
  await serving.stop();
  await plane.stop();
});

/** A namespace with a source, which the operator of `serving` serves too, and one to write into. */
async function world(name: string): Promise<World> {
  const one = await World.create(plane, name);
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  await one.source("web-tls", leaf, [issuer]);
  return one;
}

async function delivered(one: World, targets: readonly object[]): Promise<void> {
  await one.apply(deployment(one.home, "web", targets));
  await one.reason("web", "Delivered");
}

function goes(kind: string, name: string): Promise<boolean> {
  const look = async (): Promise<boolean> =>
    (await plane.kubectl(["get", kind, name, "--ignore-not-found"])).stdout === "";
  return eventually(`${kind} ${name} to go`, look, { withinMs });
}

it.concurrent("a namespace goes though the credentials of its store went first; an event in default names what stays", async () => {
  const one = await world("pruned");
  await plane.kubectl(["create", "serviceaccount", "ferry", "-n", one.away]);
  const admin = ["create", "clusterrolebinding", one.away, "--clusterrole=cluster-admin"];
  await plane.kubectl([...admin, `--serviceaccount=${one.away}:ferry`]);
  const token = await plane.tokenFor(one.away, "ferry");
  rememberSecret(token);
  const kubeconfig = kubeconfigText(plane.facts.server, plane.facts.caPem, { token });
  const spec = { kubernetes: { auth: { kubeconfigSecretRef: { name: "ferry", key: "kubeconfig" } } } };
  await one.apply(
    { ...named("v1", "Secret", "ferry", one.home), stringData: { kubeconfig } },
    { ...named("certferry.io/v1alpha1", "CertificateStore", "apps", one.home), spec },
  );
  await delivered(one, [target("t", one.away, "left", removing)]);
  const { status } = await one.deployment("web");

  await one.delete("secret", "ferry", one.home);
  await one.delete("certificatestore", "apps");
  await plane.kubectl(["delete", "namespace", one.home, "--wait=false"]);
  await goes("namespace", one.home);
  expect((await one.secret("left")).type).toBe("kubernetes.io/tls");
  const notes = await eventually("the event", async () => {
    const found = await one.told("LeftBehind", one.home, "default");
    return found.length > 0 && found;
  });
  // The same may be told twice, where the answer to the first event was lost.
  expect([...new Set(notes)]).toEqual([
    `StoreDeployment web: ${status?.targets?.[0]?.place?.address} stays: its namespace is being deleted. Secret ferry, which the store refers to, does not exist in namespace ${one.home}; create it.`,
  ]);
});

it.concurrent("a namespace goes though the login of its store was refused before, and nobody may try it again", async () => {
  const one = await world("refused");
  // Its credentials lie elsewhere, and do not go with the namespace.
  const kubeconfig = (token: string): object => ({
    ...named("v1", "Secret", "ferry", one.away),
    stringData: { kubeconfig: kubeconfigText(plane.facts.server, plane.facts.caPem, { token }) },
  });
  await plane.kubectl(["create", "serviceaccount", "ferry", "-n", one.away]);
  const admin = ["create", "clusterrolebinding", one.away, "--clusterrole=cluster-admin"];
  await plane.kubectl([...admin, `--serviceaccount=${one.away}:ferry`]);
  const token = await plane.tokenFor(one.away, "ferry");
  const stale = "eyJhbGciOiJSUzI1NiJ9.nobody-takes-this-token-any-more.c2lnbmF0dXJl";
  for (const secret of [token, stale]) rememberSecret(secret);
  await one.apply(kubeconfig(token), {
    apiVersion: "certferry.io/v1alpha1",
    kind: "ClusterCertificateStore",
    metadata: { name: "refused" },
    spec: {
      kubernetes: { auth: { kubeconfigSecretRef: { name: "ferry", key: "kubeconfig", namespace: one.away } } },
      grants: [{ namespaces: { names: [one.home] }, places: [`${one.away}/*`] }],
    },
  });
  const through = { ...removing, storeRef: { kind: "ClusterCertificateStore", name: "refused" } };
  await delivered(one, [target("t", one.away, "t", through), target("u", one.away, "u", through)]);
  await one.apply(kubeconfig(stale));
  await eventually("the store to be shut", async () => {
    const path = "jsonpath={.status.conditions[?(@.type=='Ready')].reason}";
    return (
      (await plane.kubectl(["get", "clustercertificatestore", "refused", "-o", path])).stdout === "CredentialsRefused"
    );
  });
  await plane.kubectl(["delete", "namespace", one.home, "--wait=false"]);
  await goes("namespace", one.home);
  expect(
    await eventually("the events", async () => {
      const notes = await one.told("LeftBehind", one.home, "default");
      return new Set(notes).size === 2 && notes.every((note) => note.includes("its namespace is being deleted"));
    }),
  ).toBe(true);
});

it.concurrent("a namespace that goes has what its resources wrote removed, as long as the store can still be used", async () => {
  const one = await world("healthy");
  const serviceAccountRef = { namespace: one.away, name: "ferry" };
  await one.apply(named("v1", "ServiceAccount", "ferry", one.away), ...tokenGrant(one.away, "ferry"));
  const admin = ["create", "clusterrolebinding", one.away, "--clusterrole=cluster-admin"];
  await plane.kubectl([...admin, `--serviceaccount=${one.away}:ferry`]);
  await one.apply({
    apiVersion: "certferry.io/v1alpha1",
    kind: "ClusterCertificateStore",
    metadata: { name: "shared" },
    spec: {
      kubernetes: { auth: { serviceAccountRef } },
      grants: [{ namespaces: { names: [one.home] }, places: [`${one.away}/*`] }],
    },
  });
  const shared = { kind: "ClusterCertificateStore", name: "shared" };
  await delivered(one, [target("t", one.away, "removed", { ...removing, storeRef: shared })]);

  // The store goes first, and waits for its user.
  await plane.kubectl(["delete", "clustercertificatestore", "shared", "--wait=false"]);
  await plane.kubectl(["delete", "namespace", one.home, "--wait=false"]);
  await goes("namespace", one.home);
  expect(await one.isGone("secret", "removed", one.away)).toBe(true);
  await goes("clustercertificatestore", "shared");
});

it.concurrent("`kubectl delete` of a namespace and all that is in it ends, in the order of a kustomization", async () => {
  const one = await world("kustomized");
  await delivered(one, [target("t", one.away, "somewhere", removing)]);
  const all = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: one.home } },
    named("v1", "ServiceAccount", "writer", one.home),
    ...tokenGrant(one.home, "writer"),
    named("v1", "Secret", "web-tls", one.home),
    store(one.home),
    deployment(one.home, "web", [target("t", one.away, "somewhere", removing)]),
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: all });
  await plane.kubectl(["delete", "-f", "-", "--timeout=60s"], { input });
  await goes("namespace", one.home);
  // Which of them went first is up to Kubernetes: it was removed, or it is told of.
  const left = "/somewhere stays: its namespace is being deleted.";
  await eventually("the place to be removed or told of", async () => {
    if (await one.isGone("secret", "somewhere", one.away)) return true;
    return (await one.told("LeftBehind", one.home, "default")).some((note) => note.includes(left));
  });
}, 120_000);
