import { afterAll, beforeAll, expect, it } from "vitest";
import { connect, Secret } from "../../src/kube/index.ts";
import { type ControlPlane, eventually, kubeconfigText, startControlPlane } from "../control-plane/index.ts";
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

async function remoteStore(token: string): Promise<void> {
  const kubeconfig = kubeconfigText(other.facts.server, other.facts.caPem, { token });
  const spec = { kubernetes: { auth: { kubeconfigSecretRef: { name: "other", key: "kubeconfig" } } } };
  await world.apply(
    { ...named("v1", "Secret", "other", world.home), stringData: { kubeconfig } },
    { ...named("certferry.io/v1alpha1", "CertificateStore", "other", world.home), spec },
  );
}

it("a certificate flows into another cluster by a kubeconfig, and a replaced kubeconfig is taken up at once", async () => {
  const namespace = await other.namespace("apps");
  await other.kubectl(["create", "serviceaccount", "ferry", "-n", namespace]);
  await other.kubectl([
    "create",
    "clusterrolebinding",
    "ferry",
    "--clusterrole=cluster-admin",
    `--serviceaccount=${namespace}:ferry`,
  ]);
  const [leaf, issuer] = await leafAndIssuer("remote.example.com");
  await world.source("web-tls", leaf, [issuer]);

  const stale = "eyJhbGciOiJSUzI1NiJ9.this-token-is-not-good-any-more.c2lnbmF0dXJl";
  rememberSecret(stale);
  await remoteStore(stale);
  await world.apply(
    deployment(world.home, "remote", [target("t", namespace, "web-tls", { storeRef: { name: "other" } })]),
  );
  await world.reason("remote", "CredentialsRefused");

  const token = await other.tokenFor(namespace, "ferry");
  rememberSecret(token);
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
