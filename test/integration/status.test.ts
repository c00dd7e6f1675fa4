import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, kubeconfigText } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { issue } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, secretsGrant, store, target, tokenGrant, World } from "./world.ts";

let world: World;
const day = 86_400_000;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "status");
  await world.start();
});
afterAll(() => world.stop());

/** A deployment of one target, with a source of its own. */
async function deploy(name: string, more: object = {}, block: object = {}): Promise<void> {
  const one = target("t", world.away, name, more, block);
  await world.apply(deployment(world.home, name, [one], { source: { secretRef: { name } } }));
}

async function good(name: string): Promise<void> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  await world.source(name, leaf, [issuer]);
}

async function stalled(name: string): Promise<string | undefined> {
  return (await world.deployment(name)).status?.conditions?.find(({ type }) => type === "Stalled")?.status;
}

async function message(name: string, reason: string): Promise<string> {
  const { status } = await world.reason(name, reason);
  return status?.targets?.[0]?.message ?? "";
}

describe("a source that cannot be used is said, and heals", () => {
  it("missing Secret", async () => {
    await deploy("missing");
    expect(await message("missing", "SecretMissing")).toBe(
      `Secret missing does not exist in namespace ${world.home}; create it.`,
    );
    expect(await stalled("missing")).toBe("False");
    await good("missing");
    await world.reason("missing", "Delivered");
  });

  it("key of another certificate", async () => {
    const [leaf, issuer] = await leafAndIssuer("mismatch.example.com");
    const [other] = await leafAndIssuer("other.example.com");
    await world.source("mismatch", leaf, [issuer], other);
    await deploy("mismatch");
    expect(await message("mismatch", "KeyMismatch")).toContain(
      "The private key belongs to none of the certificates there",
    );
    expect(await stalled("mismatch")).toBe("True");
    await good("mismatch");
    await world.reason("mismatch", "Delivered");
  });

  it.each([
    ["Expired", "expired at", { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }],
    [
      "NotYetValid",
      "is valid from",
      { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 2 * day) },
    ],
  ])("%s", async (reason, words, validity) => {
    const name = reason.toLowerCase();
    const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`, validity);
    await world.source(name, leaf, [issuer]);
    await deploy(name);
    expect(await message(name, reason)).toContain(words);
    expect((await world.deployment(name)).status?.conditions?.find(({ type }) => type === "SourceValid")).toMatchObject(
      {
        status: "False",
        reason,
      },
    );
    await good(name);
    await world.reason(name, "Delivered");
  });

  it("a chain that lacks an intermediate", async () => {
    const root = await issue({ subject: "CN=Far Root", ca: true });
    const between = await issue({ subject: "CN=Forgotten Intermediate", issuer: root, ca: true });
    const leaf = await issue({ subject: "CN=broken.example.com", issuer: between, dnsNames: ["broken.example.com"] });
    await world.source("broken", leaf, [root]);
    await deploy("broken");
    expect(await message("broken", "MissingIntermediate")).toContain(
      "The issuer CN=Forgotten Intermediate of CN=broken.example.com is missing",
    );
    await world.source("broken", leaf, [between, root]);
    await world.reason("broken", "Delivered");
  });

  it("cert-manager's temporary certificate", async () => {
    const temporary = await issue({ subject: "CN=cert-manager.local", dnsNames: ["temporary.example.com"] });
    await world.source("temporary", temporary);
    await deploy("temporary");
    await world.reason("temporary", "TemporaryCertificate");
    expect(await stalled("temporary")).toBe("False");
    await good("temporary");
    await world.reason("temporary", "Delivered");
  });
});

describe("a store that cannot be used is said, and heals", () => {
  it("missing store", async () => {
    await good("nostore");
    await deploy("nostore", { storeRef: { name: "later" } });
    expect(await message("nostore", "StoreMissing")).toContain("CertificateStore later does not exist");
    await world.apply(store(world.home, "later"));
    await world.reason("nostore", "Delivered");
  });

  it("no right to act as the ServiceAccount: the message holds the Role to apply", async () => {
    await world.apply(named("v1", "ServiceAccount", "shy", world.home), store(world.home, "shy", "shy"));
    await good("notoken");
    await deploy("notoken", { storeRef: { name: "shy" } });
    expect(await message("notoken", "TokenNotGranted")).toContain(
      "resources [serviceaccounts/token], resourceNames [shy], verbs [create]",
    );
    await world.apply(...tokenGrant(world.home, "shy"));
    // It may ask for tokens now, and may still not write.
    expect(await message("notoken", "AccessDenied")).toContain(`may not get Secret ${world.away}/notoken`);
  });

  it("no right to write the Secret", async () => {
    const elsewhere = await world.plane.namespace("status-denied");
    await good("denied");
    await deploy("denied", {}, { namespace: elsewhere });
    expect(await message("denied", "AccessDenied")).toBe(
      `ServiceAccount ${world.home}/writer may not get Secret ${elsewhere}/denied. Grant it in a Role there: apiGroups [""], resources [secrets], resourceNames [denied], verbs [get, create, patch].`,
    );
    expect(await stalled("denied")).toBe("True");
    await world.apply(...secretsGrant(world.home, elsewhere));
    await world.reason("denied", "Delivered");
  });

  it("a kubeconfig that asks for more than a token", async () => {
    const token = kubeconfigText("https://127.0.0.1:1", world.plane.facts.caPem, { token: "t" });
    const kubeconfig = token.replace('"token":"t"', '"exec":{"command":"/bin/true"}');
    const spec = { kubernetes: { auth: { kubeconfigSecretRef: { name: "evil", key: "kubeconfig" } } } };
    await world.apply(
      { ...named("v1", "Secret", "evil", world.home), stringData: { kubeconfig } },
      { ...named("certferry.io/v1alpha1", "CertificateStore", "evil", world.home), spec },
    );
    await good("evilkube");
    await deploy("evilkube", { storeRef: { name: "evil" } });
    expect(await message("evilkube", "InvalidKubeconfig")).toContain("exec is not allowed here");
  });
});

describe("a place that cannot be written is said, and heals", () => {
  it("another type", async () => {
    await world.apply({
      ...named("v1", "Secret", "typed", world.away),
      type: "Opaque",
      stringData: { "other.txt": "mine" },
    });
    await good("typed");
    await deploy("typed");
    expect(await message("typed", "TypeDiffers")).toContain("is of type Opaque, not kubernetes.io/tls");
    await world.delete("secret", "typed", world.away);
    await world.reason("typed", "Delivered");
  });

  it("a Secret of someone else with something else in it", async () => {
    const [stranger] = await leafAndIssuer("stranger.example.com");
    rememberSecret(stranger.keyPem);
    const foreign = { "tls.crt": stranger.pem, "tls.key": stranger.keyPem };
    await world.apply({
      ...named("v1", "Secret", "foreign", world.away),
      type: "kubernetes.io/tls",
      stringData: foreign,
    });
    await good("foreign");
    await deploy("foreign");
    expect(await message("foreign", "NotAdopted")).toContain(
      "The place holds the certificate CN=stranger.example.com, which Certferry did not write.",
    );
    const since = new Date();
    expect(await world.writes("foreign", since)).toBe(0);
    const always = target("t", world.away, "foreign", { adoptionPolicy: "Always" });
    await world.apply(deployment(world.home, "foreign", [always], { source: { secretRef: { name: "foreign" } } }));
    await world.reason("foreign", "Delivered");
  });

  it("a Secret that another deployment holds, until that one goes", async () => {
    await good("holder");
    await deploy("holder", { deletionPolicy: "Retain" });
    await world.reason("holder", "Delivered");
    const second = deployment(world.home, "second", [target("t", world.away, "holder")], {
      source: { secretRef: { name: "holder" } },
    });
    await world.apply(second);
    expect(await message("second", "PlaceTaken")).toContain("StoreDeployment holder holds this place");
    await world.delete("storedeployment", "holder");
    await world.reason("second", "Delivered");
  });

  it("that may be looked at but not written is told once, however often it is tried", async () => {
    const elsewhere = await world.plane.namespace("status-readonly");
    await world.apply(...secretsGrant(world.home, elsewhere));
    const verbs = '[{"op":"replace","path":"/rules/0/verbs","value":["get"]}]';
    await world.plane.kubectl(["patch", "role", "writer", "-n", elsewhere, "--type=json", "-p", verbs]);
    await good("readonly");
    await deploy("readonly", {}, { namespace: elsewhere });
    const tries = (): Promise<number> =>
      world.plane.audit.writes({ resource: "secrets", namespace: elsewhere }).then((all) => all.length);
    await eventually("three refused writes", async () => (await tries()) >= 3);
    const { status } = await world.reason("readonly", "AccessDenied");
    expect(status?.history?.map(({ outcome }) => outcome)).toEqual(["AccessDenied"]);
  });
});

describe("a removal that is refused", () => {
  it("keeps the deployment, which says why and how to let it go; and an annotation lets it go", async () => {
    const elsewhere = await world.plane.namespace("status-kept");
    await world.apply(...secretsGrant(world.home, elsewhere));
    await good("kept");
    await deploy("kept", { deletionPolicy: "Delete" }, { namespace: elsewhere });
    await world.reason("kept", "Delivered");
    const verbs = '[{"op":"replace","path":"/rules/0/verbs","value":["get","create","patch"]}]';
    await world.plane.kubectl(["patch", "role", "writer", "-n", elsewhere, "--type=json", "-p", verbs]);
    await world.delete("storedeployment", "kept");
    const told = await message("kept", "AccessDenied");
    expect(told).toContain(`Removal: ServiceAccount ${world.home}/writer may not delete Secret ${elsewhere}/kept.`);
    expect(told).toContain("annotate it with certferry.io/abandon=true");
    expect(await stalled("kept")).toBe("True");
    await world.plane.kubectl(["annotate", "storedeployment", "kept", "-n", world.home, "certferry.io/abandon=true"]);
    await eventually("the deployment to go", () => world.isGone("storedeployment", "kept"));
    expect((await world.secret("kept", elsewhere)).type).toBe("kubernetes.io/tls");
  });
});

describe("suspension", () => {
  it("keeps everything from being written, and tells what would be", async () => {
    await good("held");
    await world.apply(
      deployment(world.home, "held", [target("t", world.away, "held")], {
        source: { secretRef: { name: "held" } },
        suspend: true,
      }),
    );
    const { status } = await world.reason("held", "Suspended");
    expect(status?.targets?.[0]?.plan).toEqual({ action: "Create", reason: "NotThere" });
    expect(await world.writes("held")).toBe(0);
    await deploy("held");
    await world.plane.kubectl([
      "patch",
      "storedeployment",
      "held",
      "-n",
      world.home,
      "--type=merge",
      "-p",
      '{"spec":{"suspend":false}}',
    ]);
    await world.reason("held", "Delivered");
  });
});

describe("one target that always fails", () => {
  it("leaves the others delivered at once and once, and its own retries touch nothing else", async () => {
    const since = new Date();
    await good("three");
    await world.apply(
      deployment(
        world.home,
        "three",
        [
          target("a", world.away, "three-a"),
          target("bad", "no-such-namespace", "three-bad"),
          target("c", world.away, "three-c"),
        ],
        { source: { secretRef: { name: "three" } } },
      ),
    );
    await eventually("the two others", async () => {
      const { status } = await world.deployment("three");
      return status?.summary === "2/3 delivered";
    });
    // The failing one is looked at every 300 ms here: several rounds of it.
    const looks = (): Promise<number> =>
      world.plane.audit
        .events({ resource: "secrets", namespace: "no-such-namespace", since })
        .then((all) => all.length);
    await eventually("five looks at the failing place", async () => (await looks()) >= 5);
    expect(await world.writes("three-a", since)).toBe(1);
    expect(await world.writes("three-c", since)).toBe(1);
    const seen = await world.plane.audit.events({ resource: "secrets", namespace: world.away, name: "three-a", since });
    expect(seen.filter(({ verb, user }) => verb === "get" && user.includes("writer"))).toHaveLength(1);
  });
});
