import { afterAll, beforeAll, expect, it } from "vitest";
import { connect, Secret } from "../../src/kube/index.ts";
import {
  type ClusterAccess,
  type ControlPlane,
  eventually,
  kubeconfigText,
  startControlPlane,
} from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

let world: World;
let other: ControlPlane;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "remote");
  other = await startControlPlane();
  await world.start();
});
afterAll(async () => {
  await world.stop();
  await other.stop();
});

/** A store that leads to a cluster by a kubeconfig. */
async function remoteStore(token: string, name = "other", { facts }: ClusterAccess = other): Promise<void> {
  const kubeconfig = kubeconfigText(facts.server, facts.caPem, { token });
  const spec = { kubernetes: { auth: { kubeconfigSecretRef: { name, key: "kubeconfig" } } } };
  await world.apply(
    { ...named("v1", "Secret", name, world.home), stringData: { kubeconfig } },
    { ...named("certferry.io/v1alpha1", "CertificateStore", name, world.home), spec },
  );
}

/** A token of an account that may do everything in a cluster. */
async function adminToken(cluster: ClusterAccess, namespace: string): Promise<string> {
  await cluster.kubectl(["create", "serviceaccount", "admin", "-n", namespace]);
  const admin = ["create", "clusterrolebinding", `${namespace}-admin`, "--clusterrole=cluster-admin"];
  await cluster.kubectl([...admin, `--serviceaccount=${namespace}:admin`]);
  const token = await cluster.tokenFor(namespace, "admin");
  rememberSecret(token);
  return token;
}

it("a certificate flows into another cluster by a kubeconfig, and a replaced kubeconfig is taken up at once", async () => {
  const namespace = await other.namespace("apps");
  const [leaf, issuer] = await leafAndIssuer("remote.example.com");
  await world.source("web-tls", leaf, [issuer]);

  const stale = "eyJhbGciOiJSUzI1NiJ9.this-token-is-not-good-any-more.c2lnbmF0dXJl";
  rememberSecret(stale);
  await remoteStore(stale);
  await world.apply(
    deployment(world.home, "remote", [target("t", namespace, "web-tls", { storeRef: { name: "other" } })]),
  );
  await world.reason("remote", "CredentialsRefused");

  const token = await adminToken(other, namespace);
  await remoteStore(token);
  const { status } = await world.reason("remote", "Delivered");
  const client = connect(other.adminConfig);
  const uid = await other.kubectl(["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"]);
  expect(status?.targets?.[0]?.place?.address).toBe(`kubernetes:${uid.stdout}/${namespace}/web-tls`);
  const signal = AbortSignal.timeout(10_000);
  const secret = await client.get(Secret, { namespace, name: "web-tls" }, { signal });
  expect(Buffer.from(secret.data?.["tls.crt"] ?? "", "base64").toString()).toBe(leaf.pem);
  await client.close();

  await eventually("the store to be available", async () => {
    const args = ["get", "certificatestore", "other", "-n", world.home, "-o", "jsonpath={.status.providerVersion}"];
    return (await world.plane.kubectl(args)).stdout.startsWith("v1.");
  });
});

it("a store that leads to another cluster than before delivers there, and removes nothing of the same name there", async () => {
  // A namespace of the same name in both clusters.
  const namespace = world.away;
  await other.kubectl(["create", "namespace", namespace]);
  const [leaf, issuer] = await leafAndIssuer("turned.example.com");
  await world.source("turned-tls", leaf, [issuer]);
  await remoteStore(await adminToken(other, namespace), "turned");
  const one = target("t", namespace, "turned", { storeRef: { name: "turned" }, deletionPolicy: "Delete" });
  await world.apply(deployment(world.home, "turned", [one], { source: { secretRef: { name: "turned-tls" } } }));
  await world.reason("turned", "Delivered");

  await remoteStore(await adminToken(world.plane, namespace), "turned", world.plane);
  const { status } = await eventually("the removal in the other cluster to be refused", async () => {
    const found = await world.deployment("turned");
    return found.status?.previous?.[0]?.reason === "StoreLeadsElsewhere" && found;
  });
  expect(status?.targets?.[0]?.phase).toBe("Delivered");
  expect((await world.secret("turned")).type).toBe("kubernetes.io/tls");
  await world.plane.kubectl(["annotate", "storedeployment", "turned", "-n", world.home, "certferry.io/abandon=true"]);
  await eventually(
    "the old place to be let go",
    async () => (await world.deployment("turned")).status?.previous === undefined,
  );
  expect((await other.kubectl(["get", "secret", "turned", "-n", namespace])).code).toBe(0);
  expect((await world.secret("turned")).type).toBe("kubernetes.io/tls");
});
