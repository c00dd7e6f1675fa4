import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, named, secretsGrant, target, World } from "./world.ts";

let world: World;
const removing = { deletionPolicy: "Delete" };

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "previous");
  const [leaf, issuer] = await leafAndIssuer("previous.example.com");
  await world.source("web-tls", leaf, [issuer]);
  await world.start();
});
afterAll(() => world.stop());

async function delivered(name: string, targets: readonly object[]): Promise<void> {
  await world.apply(deployment(world.home, name, targets));
  await world.reason(name, "Delivered");
}

function statusOf(name: string, what: string, fits: (status: NonNullable<StoreDeployment["status"]>) => boolean) {
  return eventually(`${what} of ${name}`, async () => {
    const { status } = await world.deployment(name);
    return status !== undefined && fits(status) && status;
  });
}

async function mayNotDelete(namespace: string): Promise<void> {
  await world.apply(...secretsGrant(world.home, namespace));
  const verbs = '[{"op":"replace","path":"/rules/0/verbs","value":["get","create","patch"]}]';
  await world.plane.kubectl(["patch", "role", "writer", "-n", namespace, "--type=json", "-p", verbs]);
}

it("the old place stays until the new one holds the certificate", async () => {
  const closed = await world.plane.namespace("previous-closed");
  await delivered("moving", [target("t", world.away, "moving", removing)]);
  await world.apply(deployment(world.home, "moving", [target("t", closed, "moved", removing)]));
  await world.reason("moving", "AccessDenied");
  expect((await world.secret("moving")).type).toBe("kubernetes.io/tls");
  await world.apply(...secretsGrant(world.home, closed));
  await world.reason("moving", "Delivered");
  await eventually("the old place to go", () => world.isGone("secret", "moving", world.away));
  expect((await world.secret("moved", closed)).type).toBe("kubernetes.io/tls");
});

it("an import's old place goes like a target's", async () => {
  const of = (secret: string): object => ({
    ...named("certferry.io/v1alpha1", "CertificateImport", "one", world.home),
    spec: {
      source: { secretRef: { name: "web-tls" } },
      storeRef: { name: "apps" },
      ...removing,
      kubernetes: { namespace: world.away, name: secret, outputs: [{ format: "TLS" }] },
    },
  });
  await world.apply(of("import-old"));
  await eventually("the import", async () => (await world.import("one")).status?.delivery?.phase === "Delivered");
  await world.apply(of("import-new"));
  await eventually("the old place to go", () => world.isGone("secret", "import-old", world.away));
  expect((await world.secret("import-new")).type).toBe("kubernetes.io/tls");
});

it("an old place goes by the policy that it was written under", async () => {
  await delivered("kept", [target("a", world.away, "kept-a"), target("b", world.away, "kept-b", removing)]);
  await delivered("kept", [target("c", world.away, "kept-c")]);
  await eventually("the one to go", () => world.isGone("secret", "kept-b", world.away));
  expect((await world.secret("kept-a")).type).toBe("kubernetes.io/tls");
  await statusOf("kept", "no old place", ({ previous }) => previous === undefined);
});

it("an old place that cannot be removed fails on its own, and is let go when its policy is turned to Retain", async () => {
  const grudging = await world.plane.namespace("previous-grudging");
  await mayNotDelete(grudging);
  await delivered("stuck", [target("t", grudging, "stuck", removing)]);
  await world.apply(deployment(world.home, "stuck", [target("t", world.away, "unstuck", removing)]));
  const { conditions, previous } = await statusOf(
    "stuck",
    "failures",
    (status) => (status.previous?.[0]?.failures ?? 0) >= 2,
  );
  expect(conditions?.find(({ type }) => type === "Ready")?.reason).toBe("Delivered");
  expect(previous?.[0]).toMatchObject({
    target: "t",
    reason: "AccessDenied",
    message: expect.stringMatching(
      /^Removal: ServiceAccount .* To let it go as it is, annotate it with certferry.io\/abandon=true or set deletionPolicy: Retain\.$/,
    ),
  });
  expect(await world.told("AccessDenied", "stuck")).toHaveLength(1);
  await world.apply(deployment(world.home, "stuck", [target("t", world.away, "unstuck")]));
  await statusOf("stuck", "no old place", (status) => status.previous === undefined);
  expect((await world.secret("stuck", grudging)).type).toBe("kubernetes.io/tls");
  await eventually("the event", async () => (await world.told("LeftBehind", "stuck")).length === 1);
});

it("an old place of a target that is gone is let go by an annotation", async () => {
  const grudging = await world.plane.namespace("previous-abandoned");
  await mayNotDelete(grudging);
  await delivered("dropped", [target("a", world.away, "dropped"), target("b", grudging, "dropped-b", removing)]);
  await delivered("dropped", [target("a", world.away, "dropped")]);
  const { previous } = await statusOf(
    "dropped",
    "failure",
    (status) => status.previous?.[0]?.reason === "AccessDenied",
  );
  expect(previous?.[0]?.message).toMatch(/To let it go as it is, annotate it with certferry.io\/abandon=true\.$/);
  await world.plane.kubectl(["annotate", "storedeployment", "dropped", "-n", world.home, "certferry.io/abandon=true"]);
  await eventually(
    "the finalizer to go",
    async () => (await world.deployment("dropped")).metadata.finalizers === undefined,
  );
  expect((await world.secret("dropped-b", grudging)).type).toBe("kubernetes.io/tls");
});

it("a target that leaves a Secret which another one shares takes its own keys away, and no others", async () => {
  const pem = (name: string, key: string, secret = "shared"): object =>
    target(name, world.away, secret, removing, { outputs: [{ format: "PEM", key }] });
  await delivered("sharing", [pem("a", "a.pem"), pem("b", "b.pem")]);
  await delivered("sharing", [pem("a", "a.pem", "unshared"), pem("b", "b.pem")]);
  await eventually(
    "the key to go",
    async () => Object.keys((await world.secret("shared")).data ?? {}).join() === "b.pem",
  );
  await statusOf("sharing", "no old place", ({ previous }) => previous === undefined);
});
