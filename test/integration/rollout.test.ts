import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, kubeconfigText } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { answer, before, type Fault, FaultProxy } from "../fault-proxy/index.ts";
import type { Issued } from "../fixtures/pki.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

let world: World;
let proxy: FaultProxy;

beforeAll(async () => {
  const plane = sharedControlPlane();
  world = await World.create(plane, "rollout");
  proxy = await FaultProxy.start(plane);
  await world.start([], 3_600_000, [], proxy);
});
afterEach(() => proxy.heal());
afterAll(async () => {
  await world.stop();
  await proxy.close();
});

const names = ["a", "b", "c", "d", "e"];

async function renew(name: string): Promise<Issued> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  await world.source(name, leaf, [issuer]);
  return leaf;
}

async function deploy(name: string, rollout: object, of = names): Promise<void> {
  const targets = of.map((one) => target(one, world.away, `${name}-${one}`));
  const spec = { source: { secretRef: { name } }, refreshInterval: "0", rollout };
  await world.apply(deployment(world.home, name, targets, spec));
}

/** The targets in the order in which they were written, by the API server's audit log. */
async function written(name: string): Promise<string[]> {
  const all = await world.plane.audit.writes({ resource: "secrets", namespace: world.away });
  return all
    .toSorted((one, other) => (one.at < other.at ? -1 : 1))
    .flatMap((event) => (event.name?.startsWith(`${name}-`) ? [event.name.slice(name.length + 1)] : []));
}

function ofPlace(place: string, method = "PATCH"): { method: string; path: string } {
  return { method, path: `/namespaces/${world.away}/secrets/${place}` };
}

/** Lets every look at a place fail, so that nothing is written there and it is tried again. */
function fail(place: string): void {
  proxy.inject(before(answer(500, "InternalError")), ofPlace(place, "GET"));
}

/**
 * Makes writes slow, and knows how many were under way at once at the most: each waits until so many are, as far as they
 * come, and then so long that one too many would come as well.
 */
function slowly(atOnce: number): { readonly fault: Fault; readonly most: () => number } {
  let underWay = 0;
  let most = 0;
  const fault: Fault = async (exchange) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await eventually("others", () => most >= atOnce);
    await sleep(200);
    await exchange.pass(await exchange.forward()).finally(() => (underWay -= 1));
  };
  return { fault, most: () => most };
}

/** Where every target stands: its reason, or its phase. */
async function states(name: string): Promise<string[]> {
  const { status } = await world.deployment(name);
  return (status?.targets ?? []).map(({ phase, reason = phase }) => reason);
}

async function become(name: string, expected: string[]): Promise<void> {
  await eventually(
    `${name} to be ${expected.join(", ")}`,
    async () => {
      const found = await states(name);
      if (found.join() === expected.join()) return true;
      throw new Error(`it is ${found.join(", ")}`);
    },
    { withinMs: 45_000 },
  );
}

describe("a rollout", () => {
  it("writes one target after the other, in list order, where it says no more", async () => {
    const { fault, most } = slowly(1);
    proxy.inject(fault, ofPlace("ordered-"));
    await renew("ordered");
    await deploy("ordered", {});
    await eventually("somebody to wait for its turn", async () =>
      (await states("ordered")).includes("WaitingForRollout"),
    );
    await world.reason("ordered", "Delivered");
    expect(await written("ordered")).toEqual(names);
    expect(most()).toBe(1);
  });

  it("never has more than maxParallel writes under way", async () => {
    const { fault, most } = slowly(2);
    proxy.inject(fault, ofPlace("pairs-"));
    await renew("pairs");
    await deploy("pairs", { maxParallel: 2 });
    await world.reason("pairs", "Delivered");
    expect((await written("pairs")).toSorted()).toEqual(names);
    expect(most()).toBe(2);
  });

  it("is all at once where there is none", async () => {
    const { fault, most } = slowly(names.length);
    proxy.inject(fault, ofPlace("free-"));
    await renew("free");
    await world.apply(
      deployment(
        world.home,
        "free",
        names.map((one) => target(one, world.away, `free-${one}`)),
        {
          source: { secretRef: { name: "free" } },
        },
      ),
    );
    await world.reason("free", "Delivered");
    expect(most()).toBe(5);
  });

  it("goes on past a target that fails, whose slot goes to the next", async () => {
    fail("passing-b");
    const { fault, most } = slowly(2);
    proxy.inject(fault, ofPlace("passing-"));
    await renew("passing");
    await deploy("passing", { maxParallel: 2 });
    await become("passing", ["Delivered", "ClusterUnavailable", "Delivered", "Delivered", "Delivered"]);
    expect((await written("passing")).toSorted()).toEqual(["a", "c", "d", "e"]);
    expect(most()).toBe(2);
    proxy.heal();
    await world.reconcile("passing", "healed");
    await world.reason("passing", "Delivered");
  });

  it("goes on past a target whose store is shut, also with the next certificate", async () => {
    const kubeconfig = kubeconfigText(proxy.server, proxy.caPem, { token: "wrong" });
    const auth = { kubeconfigSecretRef: { name: "locked", key: "kubeconfig" } };
    const shut = { ...target("a", world.away, "shut-a"), storeRef: { name: "locked" } };
    const first = await renew("shut");
    await world.apply(
      { ...named("v1", "Secret", "locked", world.home), stringData: { kubeconfig } },
      { ...named("certferry.io/v1alpha1", "CertificateStore", "locked", world.home), spec: { kubernetes: { auth } } },
      deployment(world.home, "shut", [shut, target("b", world.away, "shut-b")], {
        source: { secretRef: { name: "shut" } },
        refreshInterval: "0",
        rollout: {},
      }),
    );
    const delivered = (leaf: Issued): Promise<unknown> =>
      eventually("the certificate in the second place", async () => {
        const { data } = await world.secret("shut-b");
        return Buffer.from(data?.["tls.crt"] ?? "", "base64")
          .toString()
          .startsWith(leaf.pem);
      });
    await delivered(first);
    await become("shut", ["CredentialsRefused", "Delivered"]);
    await delivered(await renew("shut"));
    await become("shut", ["CredentialsRefused", "Delivered"]);
  });

  it("begins with the first target again when the certificate is renewed in the middle of it", async () => {
    const { fault } = slowly(1);
    proxy.inject(fault, ofPlace("renewed-"));
    await renew("renewed");
    await deploy("renewed", {});
    await eventually("the first write", async () => (await written("renewed")).length > 0);
    const newest = await renew("renewed");
    await eventually("all to hold the newest", async () => {
      const all = await Promise.all(names.map((one) => world.secret(`renewed-${one}`)));
      return all.every(({ data }) =>
        Buffer.from(data?.["tls.crt"] ?? "", "base64")
          .toString()
          .startsWith(newest.pem),
      );
    });
    const order = await written("renewed");
    expect(order.slice(-5)).toEqual(names);
    expect(order.filter((name) => name === "e")).toEqual(["e"]);
  });

  it("goes on where it was after a restart, and writes nothing twice", async () => {
    const { fault, most } = slowly(1);
    proxy.inject(fault, ofPlace("restarted-"));
    await renew("restarted");
    await deploy("restarted", {});
    await eventually("the second write", async () => (await written("restarted")).length > 1);
    await world.stop();
    await world.start([], 3_600_000, [], proxy);
    await world.reason("restarted", "Delivered");
    expect(await written("restarted")).toEqual(names);
    expect(most()).toBe(1);
  });
});

describe("a rollout with stopOnFailure", () => {
  const stopped = ["RolloutStopped", "RolloutStopped", "RolloutStopped"];

  it("begins nothing more after the first failure, and says so", async () => {
    fail("strict-b");
    await renew("strict");
    await deploy("strict", { stopOnFailure: true });
    await become("strict", ["Delivered", "ClusterUnavailable", ...stopped]);
    const { status } = await world.deployment("strict");
    expect(status?.targets?.[2]).toMatchObject({
      phase: "Waiting",
      message:
        "A target failed, and stopOnFailure is true: no other is begun until spec or source changes, or a reconcile is requested.",
      plan: { action: "Create", reason: "NotThere" },
    });
    expect(await written("strict")).toEqual(["a"]);
  });

  it("stays stopped when the target that failed is well again, and after a restart", async () => {
    await become("strict", ["Delivered", "Delivered", ...stopped]);
    await world.stop();
    const seen = proxy.requests.length;
    await world.start([], 3_600_000, [], proxy);
    await eventually("all targets to be looked at", () =>
      names.every((one) => proxy.requests.slice(seen).some(({ path }) => path.includes(`/secrets/strict-${one}`))),
    );
    await become("strict", ["Delivered", "Delivered", ...stopped]);
    expect(await written("strict")).toEqual(["a", "b"]);
  });

  it("goes on in order when a reconcile is requested", async () => {
    await world.reconcile("strict", "go on");
    await world.reason("strict", "Delivered");
    expect(await written("strict")).toEqual(names);
  });

  it("begins anew with another certificate, and with another spec", async () => {
    fail("strict-a");
    await renew("strict");
    await become("strict", ["ClusterUnavailable", "RolloutStopped", ...stopped]);
    proxy.heal();
    const since = (await written("strict")).length;
    await renew("strict");
    await become("strict", ["Delivered", "Delivered", "Delivered", "Delivered", "Delivered"]);
    expect((await written("strict")).slice(since)).toEqual(names);

    fail("strict-a");
    await renew("strict");
    await become("strict", ["ClusterUnavailable", "RolloutStopped", ...stopped]);
    await deploy("strict", { stopOnFailure: false });
    await become("strict", ["ClusterUnavailable", "Delivered", "Delivered", "Delivered", "Delivered"]);
  });
});
