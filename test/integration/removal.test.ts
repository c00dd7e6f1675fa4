import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, kubeconfigText } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, secretsGrant, store, target, World } from "./world.ts";

let world: World;
const removing = { deletionPolicy: "Delete" };

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "removal");
  const [leaf, issuer] = await leafAndIssuer("removal.example.com");
  await world.source("web-tls", leaf, [issuer]);
  await world.start();
});
afterAll(() => world.stop());

/** A deployment that is delivered. */
async function delivered(name: string, targets: readonly object[], spec: object = {}): Promise<void> {
  await world.apply(deployment(world.home, name, targets, spec));
  await world.reason(name, "Delivered");
}

/** A namespace where the writer may do all but delete. */
async function grudging(name: string): Promise<string> {
  const namespace = await world.plane.namespace(`removal-${name}`);
  await world.apply(...secretsGrant(world.home, namespace));
  const verbs = '[{"op":"replace","path":"/rules/0/verbs","value":["get","create","patch"]}]';
  await world.plane.kubectl(["patch", "role", "writer", "-n", namespace, "--type=json", "-p", verbs]);
  return namespace;
}

async function finalizers(name: string): Promise<readonly string[]> {
  return (await world.deployment(name)).metadata.finalizers ?? [];
}

function gone(name: string): Promise<boolean> {
  return eventually(`${name} to go`, () => world.isGone("storedeployment", name));
}

describe("the finalizer is there", () => {
  it("before the first write, as long as deletionPolicy is Delete", async () => {
    await delivered("turning", [target("t", world.away, "turning")]);
    expect(await finalizers("turning")).toEqual([]);
    await world.patch("turning", { spec: removing });
    await eventually("the finalizer", async () => (await finalizers("turning"))[0] === "certferry.io/removal");
    await world.patch("turning", { spec: { deletionPolicy: "Retain" } });
    await eventually("the finalizer to go", async () => (await finalizers("turning")).length === 0);

    await delivered("early", [target("t", world.away, "early", removing)]);
    const [first] = await world.plane.audit.writes({
      resource: "storedeployments",
      namespace: world.home,
      name: "early",
      verb: "patch",
      user: "system:serviceaccount:certferry-system:certferry",
    });
    const [write] = await world.plane.audit.writes({ resource: "secrets", namespace: world.away, name: "early" });
    expect(first?.answeredAt.localeCompare(write?.at ?? "")).toBe(-1);
  });

  it("until the places of targets that are gone have been removed", async () => {
    const [a, b] = [target("a", world.away, "stays"), target("b", world.away, "goes", removing)];
    await delivered("fewer", [a, b]);
    expect(await finalizers("fewer")).toEqual(["certferry.io/removal"]);
    await world.apply(deployment(world.home, "fewer", [a]));
    await eventually("the place to go", () => world.isGone("secret", "goes", world.away));
    await eventually("the finalizer to go", async () => (await finalizers("fewer")).length === 0);
  });
});

describe("a deployment goes at once, and an event names what stays, when", () => {
  it("the whole resource is suspended", async () => {
    await delivered("paused", [target("t", world.away, "paused", removing)]);
    await world.patch("paused", { spec: { suspend: true } });
    await world.delete("storedeployment", "paused");
    await gone("paused");
    const address = (await world.secret("paused")).metadata.name;
    expect(address).toBe("paused");
    expect(await eventually("the event", async () => (await world.told("LeftBehind", "paused"))[0])).toMatch(
      /^kubernetes:.*\/paused stays: the resource is suspended\.$/,
    );
  });

  it("one of its targets is suspended: the others' places are removed", async () => {
    await delivered("half", [target("a", world.away, "half-a", removing), target("b", world.away, "half-b", removing)]);
    await world.patch("half", {
      spec: {
        targets: [
          target("a", world.away, "half-a", { ...removing, suspend: true }),
          target("b", world.away, "half-b", removing),
        ],
      },
    });
    await world.delete("storedeployment", "half");
    await gone("half");
    expect(await world.isGone("secret", "half-b", world.away)).toBe(true);
    expect((await world.secret("half-a")).type).toBe("kubernetes.io/tls");
    expect(await eventually("the event", async () => (await world.told("LeftBehind", "half"))[0])).toMatch(
      /half-a stays: its target is suspended\.$/,
    );
  });

  it("its policy is turned to Retain while its removal fails", async () => {
    const elsewhere = await grudging("turned");
    await delivered("turned", [target("t", elsewhere, "turned", removing)]);
    await world.delete("storedeployment", "turned");
    await world.reason("turned", "AccessDenied");
    const turned = { targets: [target("t", elsewhere, "turned", { deletionPolicy: "Retain" })] };
    await world.patch("turned", { spec: turned });
    await gone("turned");
    expect((await world.secret("turned", elsewhere)).type).toBe("kubernetes.io/tls");
    expect(await eventually("the event", async () => (await world.told("LeftBehind", "turned"))[0])).toMatch(
      /turned stays: deletionPolicy is Retain now\.$/,
    );
  });
});

describe("a removal that cannot be done", () => {
  it("stalls its deployment, removes every other place once, and is tried again when the store changes", async () => {
    const elsewhere = await grudging("mixed");
    await delivered("mixed", [
      target("a", world.away, "mixed-a", removing),
      target("b", elsewhere, "mixed-b", removing),
    ]);
    await world.delete("storedeployment", "mixed");
    const { status } = await world.reason("mixed", "AccessDenied", "Stalled");
    expect(status?.targets?.map(({ name }) => name)).toEqual(["b"]);
    expect(await world.isGone("secret", "mixed-a", world.away)).toBe(true);
    const tries = async (): Promise<number> =>
      (await world.plane.audit.writes({ resource: "secrets", namespace: elsewhere, name: "mixed-b", verb: "delete" }))
        .length;
    await eventually("several tries", async () => (await tries()) >= 3);
    await world.apply(...secretsGrant(world.home, elsewhere));
    await gone("mixed");
    expect(await world.isGone("secret", "mixed-b", elsewhere)).toBe(true);
    expect(await world.told("Removed", "mixed")).toHaveLength(2);
    expect(await world.told("AccessDenied", "mixed")).toHaveLength(1);
  });

  it("since the credentials were pruned first says so, and heals when they are back", async () => {
    await world.apply(named("v1", "ServiceAccount", "brief", world.home));
    const account = `${world.home}:brief`;
    const grant = ["clusterrolebinding", account.replace(":", "-"), "--clusterrole=cluster-admin"];
    await world.plane.kubectl(["create", ...grant, `--serviceaccount=${account}`]);
    const token = await world.plane.tokenFor(world.home, "brief");
    rememberSecret(token);
    const { server, caPem } = world.plane.facts;
    const kubeconfig = kubeconfigText(server, caPem, { token });
    const secret = { ...named("v1", "Secret", "brief", world.home), stringData: { kubeconfig } };
    const spec = { kubernetes: { auth: { kubeconfigSecretRef: { name: "brief", key: "kubeconfig" } } } };
    await world.apply(secret, { ...named("certferry.io/v1alpha1", "CertificateStore", "brief", world.home), spec });
    await delivered("pruned", [target("t", world.away, "pruned", { ...removing, storeRef: { name: "brief" } })]);
    await world.delete("secret", "brief", world.home);
    await world.delete("storedeployment", "pruned");
    const { status } = await world.reason("pruned", "SecretMissing", "Stalled");
    expect(status?.targets?.[0]?.message).toBe(
      `Removal: Secret brief, which the store refers to, does not exist in namespace ${world.home}; create it. To let it go as it is, annotate it with certferry.io/abandon=true or set deletionPolicy: Retain.`,
    );
    await world.apply(secret);
    await gone("pruned");
    expect(await world.isGone("secret", "pruned", world.away)).toBe(true);
  });

  it("while the store is suspended waits for its end", async () => {
    await world.apply(store(world.home, "closed"));
    await delivered("closed", [target("t", world.away, "closed", { ...removing, storeRef: { name: "closed" } })]);
    const suspend = (on: boolean) =>
      world.plane.kubectl([
        "patch",
        "certificatestore",
        "closed",
        "-n",
        world.home,
        "--type=merge",
        "-p",
        JSON.stringify({ spec: { suspend: on } }),
      ]);
    await suspend(true);
    await world.delete("storedeployment", "closed");
    await world.reason("closed", "StoreSuspended", "Stalled");
    expect((await world.secret("closed")).type).toBe("kubernetes.io/tls");
    await suspend(false);
    await gone("closed");
    expect(await world.isGone("secret", "closed", world.away)).toBe(true);
  });
});
