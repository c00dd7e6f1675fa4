import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "flow");
  await world.start();
});
afterAll(() => world.stop());

function text(secret: { data?: Record<string, string> }, key: string): string {
  return Buffer.from(secret.data?.[key] ?? "", "base64").toString();
}

describe("a certificate in a Secret", () => {
  it("flows into every place in every form, and is followed when it is renewed", async () => {
    const [leaf, issuer] = await leafAndIssuer("flow.example.com");
    await world.source("web-tls", leaf, [issuer]);
    await world.apply(
      deployment(world.home, "web", [
        target("tls", world.away, "web-tls", {}, { labels: { "app.kubernetes.io/part-of": "shop" } }),
        target(
          "pem",
          world.away,
          "web-pem",
          {},
          {
            outputs: [
              { format: "PEM", key: "server.crt" },
              { format: "PEM", key: "server.key", content: "Key" },
            ],
          },
        ),
        target("combined", world.away, "web-combined", {}, { outputs: [{ format: "CombinedPEM", key: "all.pem" }] }),
      ]),
    );
    const { status } = await world.reason("web", "Delivered");
    expect(status?.summary).toBe("3/3 delivered");
    expect(status?.certificate).toMatchObject({
      subject: "CN=flow.example.com",
      hasPrivateKey: true,
      keyAlgorithm: "EC P-256",
    });

    const tls = await world.secret("web-tls");
    expect(tls.type).toBe("kubernetes.io/tls");
    expect(tls.metadata.labels).toEqual({ "app.kubernetes.io/part-of": "shop" });
    expect(text(tls, "tls.crt")).toBe(leaf.pem);
    expect(text(tls, "tls.key")).toBe(leaf.keyPem);
    // The root goes into ca.crt, and not along with the chain.
    expect(text(tls, "ca.crt")).toBe(issuer.pem);
    expect(text(await world.secret("web-pem"), "server.key")).toBe(leaf.keyPem);
    expect(text(await world.secret("web-combined"), "all.pem")).toBe(leaf.keyPem + leaf.pem);

    const [renewed, newIssuer] = await leafAndIssuer("flow.example.com");
    await world.source("web-tls", renewed, [newIssuer]);
    await eventually("all places to follow", async () => {
      const all = [
        text(await world.secret("web-tls"), "tls.crt"),
        text(await world.secret("web-pem"), "server.crt"),
        text(await world.secret("web-combined"), "all.pem"),
      ];
      return all.every((pem) => pem.endsWith(renewed.pem));
    });
    const labels = `{kind="StoreDeployment",namespace="${world.home}",name="web"}`;
    const expiry = `certferry_source_expiration_timestamp_seconds${labels} ${renewed.certificate.notAfter.getTime() / 1000}`;
    await eventually("the metric of the source's expiry", async () => (await world.metrics()).includes(expiry));
    expect(await world.writes("web-tls")).toBe(2);
    expect(await world.writes("web-pem")).toBe(2);
  });

  it("is written once although its Secret changes ten times within two seconds", async () => {
    const since = new Date();
    const [renewed, issuer] = await leafAndIssuer("flow.example.com");
    await world.source("web-tls", renewed, [issuer]);
    for (let touch = 0; touch < 9; touch += 1) {
      const args = ["annotate", "secret", "web-tls", "-n", world.home, "--overwrite", `touched=${touch}`];
      await world.plane.kubectl(args);
    }
    await eventually(
      "the renewed certificate",
      async () => text(await world.secret("web-tls"), "tls.crt") === renewed.pem,
    );
    await eventually("the last change to be seen to", async () => {
      const source = await world.secret("web-tls", world.home);
      const { status } = await world.deployment("web");
      return status?.source?.resourceVersion === source.metadata.resourceVersion;
    });
    expect(await Promise.all(["web-tls", "web-pem", "web-combined"].map((name) => world.writes(name, since)))).toEqual([
      1, 1, 1,
    ]);
  });

  it("is delivered by an import whose key stays out, and to a deployment that refers to the import", async () => {
    const { status } = await (async () => {
      await world.apply(
        {
          ...named("certferry.io/v1alpha1", "CertificateImport", "public", world.home),
          spec: {
            source: { secretRef: { name: "web-tls" } },
            storeRef: { name: "apps" },
            privateKey: "Exclude",
            kubernetes: { namespace: world.away, name: "public", outputs: [{ format: "PEM", key: "cert.pem" }] },
          },
        },
        deployment(world.home, "by-import", [target("t", world.away, "by-import")], {
          source: undefined,
          certificateRef: { name: "public" },
        }),
      );
      return eventually("the import", async () => {
        const found = await world.import("public");
        return found.status?.delivery?.phase === "Delivered" && found;
      });
    })();
    expect(status?.summary).toBe("1/1 delivered");
    expect(text(await world.secret("public"), "cert.pem")).not.toContain("PRIVATE KEY");
    await world.reason("by-import", "Delivered");
  });

  it("may come from a ConfigMap, when it is public, or from a Secret with names of its own", async () => {
    const [leaf, issuer] = await leafAndIssuer("other.example.com");
    rememberSecret(leaf.keyPem);
    await world.apply(
      { ...named("v1", "ConfigMap", "public-cert", world.home), data: { "cert.pem": leaf.pem + issuer.pem } },
      {
        ...named("v1", "Secret", "odd", world.home),
        stringData: { mine: leaf.pem + issuer.pem, "its-key": leaf.keyPem },
      },
      deployment(
        world.home,
        "from-configmap",
        [target("t", world.away, "from-configmap", {}, { outputs: [{ format: "PEM", key: "a.pem" }] })],
        { source: { configMapRef: { name: "public-cert" } } },
      ),
      deployment(world.home, "from-opaque", [target("t", world.away, "from-opaque")], {
        source: { secretRef: { name: "odd" }, keys: { certificate: "mine", privateKey: "its-key" } },
      }),
    );
    await world.reason("from-configmap", "Delivered");
    await world.reason("from-opaque", "Delivered");
    expect(text(await world.secret("from-configmap"), "a.pem")).toBe(leaf.pem);
    expect(text(await world.secret("from-opaque"), "tls.key")).toBe(leaf.keyPem);
  });

  it("stays where it is when nothing changes: a refresh and a reconcile request write nothing", async () => {
    const since = new Date();
    await world.reconcile("web", "now");
    await sleep(300);
    expect(await world.writes(undefined, since)).toBe(0);
  });

  it("is repaired when someone changes the place", async () => {
    await world.plane.kubectl(["patch", "secret", "web-pem", "-n", world.away, "-p", '{"data":{"server.key":"eHg="}}']);
    await world.request("web", "again");
    await eventually("the repair", async () =>
      text(await world.secret("web-pem"), "server.key").includes("PRIVATE KEY"),
    );
  });
});

describe("places that are left", () => {
  it("go when a target with deletionPolicy Delete moves, and after the new place holds the certificate", async () => {
    const one = (secret: string): object =>
      deployment(world.home, "moving", [target("t", world.away, secret, { deletionPolicy: "Delete" })]);
    await world.apply(one("old-place"));
    await world.reason("moving", "Delivered");
    await world.apply(one("new-place"));
    await eventually("the old place to go", () => world.isGone("secret", "old-place", world.away));
    expect((await world.secret("new-place")).type).toBe("kubernetes.io/tls");
    await eventually(
      "previous to be empty",
      async () => (await world.deployment("moving")).status?.previous === undefined,
    );
  });

  it("go with the deployment, which waits for that", async () => {
    await world.delete("storedeployment", "moving");
    await eventually("the deployment to go", () => world.isGone("storedeployment", "moving"));
    expect(await world.isGone("secret", "new-place", world.away)).toBe(true);
  });

  it("stay under Retain", async () => {
    await world.delete("storedeployment", "by-import");
    await eventually("the deployment to go", () => world.isGone("storedeployment", "by-import"));
    expect((await world.secret("by-import")).type).toBe("kubernetes.io/tls");
  });
});
