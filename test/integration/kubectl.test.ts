import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, named, store, target, World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "kubectl");
  await world.start();
});
afterAll(() => world.stop());

async function deploy(name: string, targets: readonly object[] = [target("t", world.away, name)]): Promise<void> {
  await world.apply(deployment(world.home, name, targets, { source: { secretRef: { name } } }));
}

async function source(name: string): Promise<void> {
  const notAfter = new Date("2049-01-01T00:00:00Z");
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`, { notAfter });
  await world.source(name, leaf, [issuer]);
}

/** What `kubectl wait` says of a condition. */
async function wait(what: string, condition: string, timeout: string): Promise<string> {
  const args = ["wait", what, "-n", world.home, `--for=condition=${condition}`, `--timeout=${timeout}`];
  const { stdout, stderr } = await world.plane.kubectl(args, { mayFail: true });
  return (stdout || stderr).trim();
}

/** A line of `kubectl get -o wide`, by the heads of its columns. */
async function line(what: string): Promise<Record<string, string>> {
  const { stdout } = await world.plane.kubectl(["get", what, "-n", world.home, "-o", "wide"]);
  const [head = "", row = ""] = stdout.split("\n");
  const heads = [...head.matchAll(/\S+(?: \S+)*\s*/g)].map(({ 0: text, index }) => ({ text, index }));
  return Object.fromEntries(
    heads.map(({ text, index }, at) => [text.trim(), row.slice(index, heads[at + 1]?.index).trim()]),
  );
}

describe("kubectl wait", () => {
  it.each(["Ready", "Delivered"])("returns when a deployment is %s, whatever was applied first", async (condition) => {
    const name = `waits-${condition.toLowerCase()}`;
    await deploy(name);
    const waited = wait(`storedeployment/${name}`, condition, "60s");
    await world.reason(name, "SecretMissing");
    await source(name);
    expect(await waited).toBe(`storedeployment.certferry.io/${name} condition met`);
    expect((await world.secret(name)).type).toBe("kubernetes.io/tls");
  });

  it("returns when a store is ready", async () => {
    expect(await wait("certificatestore/apps", "Ready", "60s")).toBe(
      "certificatestore.certferry.io/apps condition met",
    );
  });

  it("returns when a deployment is stalled", async () => {
    await source("stalls");
    await deploy("stalls", [target("t", "no-such-namespace", "stalls")]);
    expect(await wait("storedeployment/stalls", "Stalled", "60s")).toBe(
      "storedeployment.certferry.io/stalls condition met",
    );
  });
});

describe("kubectl get", () => {
  it("shows what a user looks for first", async () => {
    await source("shown");
    const other = { storeRef: { name: "apps-too" } };
    await world.apply(store(world.home, "apps-too"));
    await deploy("shown", [target("a", world.away, "shown"), target("b", world.away, "shown-too", other)]);
    await world.reason("shown", "Delivered");
    const { AGE: age, "LAST DELIVERY": last, ...rest } = await line("storedeployment/shown");
    expect(rest).toEqual({
      NAME: "shown",
      READY: "True",
      STATUS: "2/2 delivered",
      EXPIRES: "2049-01-01T00:00:00Z",
      STORE: "apps",
      REASON: "Delivered",
      MESSAGE: "2/2 delivered.",
    });
    expect([age, last]).toEqual([expect.stringMatching(/^\d+[ms]/), expect.stringMatching(/^\d+[ms]/)]);
  });

  it("says why something is not ready", async () => {
    await deploy("lacks");
    await world.reason("lacks", "SecretMissing");
    const message = `0/1 delivered. Secret lacks does not exist in namespace ${world.home}; create it.`;
    expect(await line("storedeployment/lacks")).toMatchObject({
      READY: "False",
      STATUS: "0/1 delivered",
      EXPIRES: "",
      REASON: "SecretMissing",
      MESSAGE: message,
    });
  });

  it("shows what has one place in the same columns", async () => {
    const [leaf, issuer] = await leafAndIssuer("one.example.com", { notAfter: new Date("2049-01-01T00:00:00Z") });
    await world.source("one", leaf, [issuer]);
    await world.apply({
      ...named("certferry.io/v1alpha1", "CertificateImport", "one", world.home),
      spec: {
        source: { secretRef: { name: "one" } },
        storeRef: { name: "apps" },
        kubernetes: { namespace: world.away, name: "one", outputs: [{ format: "TLS" }] },
      },
    });
    expect(await wait("certificateimport/one", "Delivered", "60s")).toContain("condition met");
    const { AGE: _age, "LAST DELIVERY": _last, ...rest } = await line("certificateimport/one");
    expect(rest).toEqual({
      NAME: "one",
      READY: "True",
      STATUS: "1/1 delivered",
      EXPIRES: "2049-01-01T00:00:00Z",
      STORE: "apps",
      REASON: "Delivered",
      MESSAGE: "1/1 delivered.",
    });
  });

  it("shows stores, and whether they can be used", async () => {
    await wait("certificatestore/apps", "Ready", "60s");
    expect(await line("certificatestore/apps")).toMatchObject({
      READY: "True",
      VERSION: expect.stringMatching(/^v1\.\d+/),
      REASON: "Available",
      MESSAGE: "The store answers.",
    });
  });

  it("finds all of ours by their category, and each by its short name", async () => {
    await deploy("found");
    const names = async (what: string): Promise<string[]> =>
      (await world.plane.kubectl(["get", what, "-n", world.home, "-o", "name"])).stdout.trim().split("\n");
    const all = await names("certferry");
    expect(all).toContain("certificatestore.certferry.io/apps");
    expect(all).toContain("storedeployment.certferry.io/found");
    expect(await names("cfstore/apps")).toEqual(["certificatestore.certferry.io/apps"]);
    expect(await names("cfdeploy/found")).toEqual(["storedeployment.certferry.io/found"]);
  });
});

// Last: it stops the operator.
describe("kubectl wait, of a change that the operator has not seen", () => {
  it("does not take the conditions of the spec before for those of the new one", async () => {
    await source("changed");
    await deploy("changed");
    expect(await wait("storedeployment/changed", "Ready", "60s")).toContain("condition met");
    await world.stop();
    await deploy("changed", [target("t", world.away, "changed-name")]);
    expect(await wait("storedeployment/changed", "Ready", "1s")).toContain("timed out waiting for the condition");
    await world.start();
    expect(await wait("storedeployment/changed", "Ready", "60s")).toContain("condition met");
    expect((await world.secret("changed-name")).type).toBe("kubernetes.io/tls");
  });
});
