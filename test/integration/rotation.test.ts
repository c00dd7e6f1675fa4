import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { names, ProxiedStore } from "./proxied-store.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

const many = 12;
/** On a busy machine. */
const patient = { timeout: 240_000 };

let world: World;
const stores: ProxiedStore[] = [];

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "rotation");
  await world.start();
});
afterAll(async () => {
  await world.stop();
  await Promise.all(stores.map(({ proxy }) => proxy.close()));
});

async function store(name: string): Promise<ProxiedStore> {
  const created = await ProxiedStore.create(world, name);
  stores.push(created);
  return created;
}

/** Puts a new certificate into a source; gives its SHA-256. */
async function renew(source: string): Promise<string> {
  const [leaf, issuer] = await leafAndIssuer("rotation.example.com");
  await world.source(source, leaf, [issuer]);
  return createHash("sha256").update(new X509Certificate(leaf.pem).raw).digest("hex");
}

async function delivered(store: string, sha256: string): Promise<void> {
  for (const name of names(store, many)) {
    await eventually(
      `${name} to be delivered`,
      async () => {
        const record = (await world.deployment(name)).status?.targets?.[0];
        return record?.phase === "Delivered" && record.remote?.sha256 === sha256;
      },
      { withinMs: 60_000 },
    );
  }
}

/** How often each Secret of a store's deployments was written, each number once. */
async function written(store: string): Promise<number[]> {
  const all = await world.plane.audit.writes({ resource: "secrets", namespace: world.away });
  const done = all.filter(({ code }) => code < 300).map(({ name }) => name);
  return [...new Set(names(store, many).map((name) => done.filter((other) => other === name).length))];
}

it(
  "a kubeconfig that is replaced while deliveries run loses none, doubles none, and its connections are closed",
  patient,
  async () => {
    const rotated = await store("rotated");
    const first = await renew(rotated.source);
    await rotated.deploy(many);
    await delivered("rotated", first);
    for (let round = 2; round <= 4; round += 1) {
      const next = await renew(rotated.source);
      const asked = rotated.proxy.requests.length;
      await rotated.login(await world.plane.tokenFor(world.home, "writer"));
      await delivered("rotated", next);
      expect(await written("rotated")).toEqual([round]);
      await eventually("the old connections to be closed", () => {
        const since = new Set(rotated.proxy.requests.slice(asked).map(({ port }) => port));
        return rotated.proxy.ports.every((port) => since.has(port));
      });
    }
  },
);

it(
  "a cluster whose CA is another one goes on with a kubeconfig that says so, and nothing is written twice",
  patient,
  async () => {
    const renewed = await store("renewed");
    const first = await renew(renewed.source);
    await renewed.deploy(many);
    await delivered("renewed", first);
    await renewed.proxy.rotateCa();
    const second = await renew(renewed.source);
    await eventually(
      "a delivery to fail",
      async () => {
        const all = await Promise.all(names("renewed", many).map((name) => world.deployment(name)));
        return all.some(({ status }) => status?.targets?.[0]?.reason === "ClusterUnavailable");
      },
      { withinMs: 60_000 },
    );
    await renewed.login(await world.plane.tokenFor(world.home, "writer"));
    await delivered("renewed", second);
    expect(await written("renewed")).toEqual([2]);
  },
);

it("a token that the cluster takes no more is replaced, and nobody notices", patient, async () => {
  const first = await renew("token-source");
  const source = { secretRef: { name: "token-source" } };
  await world.apply(
    ...names("token", many).map((name) => deployment(world.home, name, [target("t", world.away, name)], { source })),
  );
  await delivered("token", first);
  // Tokens are bound to the account that they were made for: this is another one.
  await world.plane.kubectl(["delete", "serviceaccount", "writer", "-n", world.home]);
  await world.apply(named("v1", "ServiceAccount", "writer", world.home));
  const second = await renew("token-source");
  await delivered("token", second);
  expect(await written("token")).toEqual([2]);
  const failures = (await Promise.all(names("token", many).map((name) => world.deployment(name)))).map(({ status }) =>
    status?.history?.map(({ outcome }) => outcome),
  );
  expect(new Set(failures.flat())).toEqual(new Set(["Delivered"]));
});
