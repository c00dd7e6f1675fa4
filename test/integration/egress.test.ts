import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { eventually, kubeconfigText } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

let world: World;
let port: string;

beforeAll(async () => {
  const plane = sharedControlPlane();
  ({ port } = new URL(plane.facts.server));
});
beforeEach(async () => {
  world = await World.create(sharedControlPlane(), "egress");
  const [leaf, issuer] = await leafAndIssuer("egress.example.com");
  await world.source("web-tls", leaf, [issuer]);
});
afterEach(() => world.stop());

/** A deployment through a store that has a kubeconfig of the admin for this server. */
async function byKubeconfig(server: string): Promise<void> {
  const { caPem, adminCertPem: certPem, adminKeyPem: keyPem } = world.plane.facts;
  rememberSecret(keyPem);
  const kubeconfig = kubeconfigText(server, caPem, { certPem, keyPem });
  const auth = { kubeconfigSecretRef: { name: "other", key: "kubeconfig" } };
  await world.apply(
    { ...named("v1", "Secret", "other", world.home), stringData: { kubeconfig } },
    { ...named("certferry.io/v1alpha1", "CertificateStore", "other", world.home), spec: { kubernetes: { auth } } },
    deployment(world.home, "other", [target("t", world.away, "other", { storeRef: { name: "other" } })]),
  );
}

it("a kubeconfig does not lead to where the operator may not connect, and the operator's own cluster is no matter of it", async () => {
  await world.start(["--deny-egress=127.0.0.0/8"]);
  await byKubeconfig(`https://127.0.0.1:${port}`);
  const { status } = await world.reason("other", "EgressDenied");
  expect(status?.targets?.[0]?.message).toBe(
    "The operator does not connect there: 127.0.0.1 is denied by its flag --deny-egress. Use another address, or have the flag changed.",
  );
  await world.apply(deployment(world.home, "own", [target("t", world.away, "own")]));
  await world.reason("own", "Delivered");
});

it("a host of --resolve is reached at its address, and its certificate is that of the host", async () => {
  await world.start([`--resolve=localhost=127.0.0.1:${port},elsewhere.example.com=127.0.0.1:${port}`]);
  await byKubeconfig("https://localhost:1");
  await world.reason("other", "Delivered");
  await byKubeconfig("https://elsewhere.example.com:1");
  const { status } = await world.reason("other", "ClusterUnavailable", "Delivered");
  expect(status?.targets?.[0]?.message).toContain("elsewhere.example.com");
});

it("own-cluster keeps stores other than kubernetes from this cluster's API service", async () => {
  await world.start(["--deny-egress=own-cluster"]);
  await byKubeconfig(`https://127.0.0.1:${port}`);
  await world.reason("other", "Delivered");
  const auth = { tokenSecretRef: { name: "token", key: "token" } };
  await world.apply(
    { ...named("v1", "Secret", "token", world.home), stringData: { token: "abc" } },
    {
      ...named("certferry.io/v1alpha1", "CertificateStore", "command", world.home),
      spec: { keyfactorCommand: { url: `https://127.0.0.1:${port}`, auth } },
    },
  );
  const message = [
    "get",
    "certificatestore",
    "command",
    "-n",
    world.home,
    "-o",
    "jsonpath={.status.conditions[*].message}",
  ];
  await eventually("the store to be refused", async () => {
    const { stdout } = await world.plane.kubectl(message);
    return stdout.includes("127.0.0.1 is denied by its flag --deny-egress");
  });
});
