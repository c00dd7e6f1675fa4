import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type StoreDeployment } from "../../src/crds/index.ts";
import { StoreDeployments } from "../../src/controllers/resources.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { answer, before, stall } from "../fault-proxy/index.ts";
import { names, ProxiedStore } from "./proxied-store.ts";
import { leafAndIssuer, World } from "./world.ts";

const many = 40;
/** On a busy machine; one of these waits for a health check, of which there is one in 30 s. */
const patient = { timeout: 240_000 };

let world: World;
const stores: ProxiedStore[] = [];

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "gates");
  await world.start();
});
afterAll(async () => {
  await world.stop();
  await Promise.all(stores.map(({ proxy }) => proxy.close()));
});

async function store(name: string, spec: object = {}, token?: string): Promise<ProxiedStore> {
  const created = await ProxiedStore.create(world, name, spec, token);
  stores.push(created);
  return created;
}

/** Puts a new certificate into the sources of these stores' deployments; gives its SHA-256. */
async function renew(...stores: readonly ProxiedStore[]): Promise<string> {
  const [leaf, issuer] = await leafAndIssuer("gates.example.com");
  for (const { source } of stores) await world.source(source, leaf, [issuer]);
  return createHash("sha256").update(new X509Certificate(leaf.pem).raw).digest("hex");
}

/** The deployments of a store, in the order of their names. */
async function deployments(name: string): Promise<StoreDeployment[]> {
  const list = { namespace: world.home, signal: AbortSignal.timeout(10_000) };
  const { items } = await world.plane.client.list(StoreDeployments, list);
  return names(name, many).flatMap((one) => items.find(({ metadata }) => metadata.name === one) ?? []);
}

/** The phases and reasons of a store's deployments, each once. */
async function states(name: string): Promise<string[]> {
  const all = await deployments(name);
  return [...new Set(all.map(({ status }) => `${status?.targets?.[0]?.phase}/${status?.targets?.[0]?.reason}`))];
}

/** Milliseconds until all deployments of a store hold a certificate. */
async function delivered(name: string, sha256: string): Promise<number> {
  const started = performance.now();
  await eventually(
    `the deployments of ${name} to be delivered`,
    async () => (await deployments(name)).every(({ status }) => status?.targets?.[0]?.remote?.sha256 === sha256),
    { withinMs: 100_000, everyMs: 250 },
  );
  return performance.now() - started;
}

it("two stores that hang with forty deployments each do not hold up a third", patient, async () => {
  const [well, ...hanging] = [await store("well"), await store("hangs-a"), await store("hangs-b")];
  const first = await renew(well, ...hanging);
  for (const one of [well, ...hanging]) await one.deploy(many);
  for (const { name } of [well, ...hanging]) await delivered(name, first);

  const faults = hanging.map(({ proxy }) => proxy.inject(before(stall)));
  const second = await renew(...hanging);
  await eventually("both to hang", () => faults.every(({ hits }) => hits > 0));
  // The stores' timeout is 60 s, and each of the two has as much to do as the third.
  expect(await delivered("well", await renew(well))).toBeLessThan(30_000);
  for (const { name } of hanging) {
    const waits = (await deployments(name)).filter(({ status }) => status?.targets?.[0]?.remote?.sha256 !== second);
    expect(waits).toHaveLength(many);
  }
  for (const { proxy } of hanging) {
    proxy.heal();
    proxy.cut();
  }
  for (const { name } of hanging) await delivered(name, second);
});

it("a refused login is tried again by a health check alone, and all go on when that gets in", patient, async () => {
  const locked = await store("locked", { healthcheck: { interval: "30s" } });
  const first = await renew(locked);
  await locked.deploy(many);
  await delivered("locked", first);

  locked.proxy.inject(before(answer(401, "Unauthorized")));
  const second = await renew(locked);
  await told("locked", "Waiting/CredentialsRefused");
  expect(await failures("locked")).toEqual([undefined]);
  // The store is shut, and nobody has said anything about the source.
  const valid = (await deployments("locked")).map(({ status }) =>
    status?.conditions?.find(({ type }) => type === "SourceValid"),
  );
  expect([...new Set(valid.map((one) => `${one?.status} ${one?.reason}`))]).toEqual(["True Valid"]);
  const tries = locked.proxy.requests.length;
  locked.proxy.heal();
  await delivered("locked", second);
  expect(locked.proxy.requests[tries]?.path).toBe("/version");
});

it("a wrong password is tried once, by whoever comes first, and another one at once", patient, async () => {
  const wrong = await store("wrong", { healthcheck: { enabled: false } }, "not-the-right-token");
  const leaf = await renew(wrong);
  await wrong.deploy(many);
  await told("wrong", "Waiting/CredentialsRefused");
  await requested("wrong-0");
  expect(await failures("wrong")).toEqual([undefined]);
  expect(wrong.proxy.requests).toHaveLength(1);

  await wrong.login(await world.plane.tokenFor(world.home, "writer"));
  await delivered("wrong", leaf);
});

it("a pause that a store asks for is kept by all its deliveries, and is nobody's failure", patient, async () => {
  const busy = await store("busy");
  const first = await renew(busy);
  await busy.deploy(many);
  await delivered("busy", first);

  const pause = before(answer(429, "TooManyRequests", { "retry-after": "10" }));
  const injected = busy.proxy.inject(pause, { times: 1 });
  const second = await renew(busy);
  await eventually("the pause to be asked for", () => injected.hits === 1, { withinMs: 60_000 });
  const since = performance.now();
  await eventually("one to be told", async () => (await states("busy")).includes("Waiting/StoreThrottled"), {
    withinMs: 60_000,
  });
  const asked = busy.proxy.requests.length;
  await eventually("the next request", () => busy.proxy.requests.length > asked, { withinMs: 60_000 });
  expect(performance.now() - since).toBeGreaterThan(8_000);
  expect(await failures("busy")).toEqual([undefined]);
  await delivered("busy", second);
});

it("limits of the spec are kept, and are over when they are taken back", patient, async () => {
  const slow = await store("slow", { limits: { maxConcurrent: 1, requestsPerMinute: 10 } });
  const leaf = await renew(slow);
  await slow.deploy(many);
  await eventually("the first requests", () => slow.proxy.requests.length === 10);
  await requested("slow-0");
  expect(slow.proxy.requests).toHaveLength(10);

  const unlimited = JSON.stringify({ spec: { limits: null } });
  const args = ["patch", "certificatestore", "slow", "-n", world.home, "--type=merge", "-p", unlimited];
  await world.plane.kubectl(args);
  await delivered("slow", leaf);
});

async function told(name: string, state: string): Promise<void> {
  await eventually(`all of ${name} to be ${state}`, async () => (await states(name)).join() === state, {
    withinMs: 60_000,
  });
}

/** How often deployments of a store have failed, each number once. */
async function failures(name: string): Promise<(number | undefined)[]> {
  return [...new Set((await deployments(name)).map(({ status }) => status?.targets?.[0]?.failures))];
}

/** Asks for a look at a deployment, and waits until that is seen to. */
async function requested(name: string): Promise<void> {
  await world.request(name, "1");
  await eventually("the request to be seen to", async () => {
    const { status } = await world.deployment(name);
    return status?.lastHandledReconcileAt === "1";
  });
}
