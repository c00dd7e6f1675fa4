import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { after, before, stall } from "../fault-proxy/index.ts";
import { ledgerTarget, Scene } from "../ledger/scene.ts";
import type { Held } from "../ledger/server.ts";
import { deployment, leafAndIssuer, type World } from "./world.ts";

let scene: Scene;
let world: World;
const stores = ["open", "blind"] as const;
type Store = (typeof stores)[number];
/** What goes on at the ledgers once the operator is dead. */
let released: (() => void)[] = [];

beforeAll(async () => {
  scene = await Scene.create("jobs");
  ({ world } = scene);
}, 180_000);
afterAll(() => scene.close());

async function rotate(name: string): Promise<void> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  await world.source(`${name}-tls`, leaf, [issuer]);
}

/** Orders a certificate of its own from both ledgers. */
async function order(name: string): Promise<void> {
  await rotate(name);
  const source = { secretRef: { name: `${name}-tls` } };
  const ordered = (store: Store): object =>
    deployment(world.home, `${name}-${store}`, [ledgerTarget(store, name, { byOrder: true })], { source });
  await world.apply(...stores.map(ordered));
}

/** Resolves when the n-th save of the status of both is stalled: the API server has not seen it, or nobody sees its answer. */
function save(nth: number, stalled: typeof before | typeof after) {
  return (name: string): (() => Promise<unknown>)[] =>
    stores.map((store) => {
      const path = new RegExp(`/storedeployments/${name}-${store}/status`);
      const injection = scene.proxy.inject(stalled(stall), { method: "PATCH", path, skip: nth - 1 });
      return () => eventually(`save ${nth} of ${name}-${store}`, () => injection.hits > 0);
    });
}

/** Resolves when the next request about the order of both is held. */
function request(what: "Write" | "Ask" | "Withdraw", when: "Before" | "After", then: Parameters<Held["release"]>[0]) {
  return (name: string): (() => Promise<unknown>)[] =>
    stores.map((store) => {
      const held = scene[store].hold(name, when, what);
      released.push(() => held.release(then));
      return () => held.reached;
    });
}

interface Point {
  readonly when: string;
  readonly arm: (name: string) => (() => Promise<unknown>)[];
  /** Whether the blind ledger leaves a doubt. */
  readonly doubt?: true;
}

function named(prefix: string, points: readonly Point[]): (Point & { readonly name: string })[] {
  return points.map((point, index) => ({ ...point, name: `${prefix}-${index}` }));
}

const whileOrdering = named("order", [
  { when: "before the opening is saved", arm: save(1, before) },
  { when: "once the opening is saved", arm: save(1, after), doubt: true },
  { when: "with the order sent, which is lost", arm: request("Write", "Before", "Drop"), doubt: true },
  { when: "with the order sent, and taken after its death", arm: request("Write", "Before", "GoOn"), doubt: true },
  { when: "once the order is taken", arm: request("Write", "After", "GoOn"), doubt: true },
  { when: "before the receipt is saved", arm: save(2, before), doubt: true },
  { when: "once the receipt is saved", arm: save(2, after) },
  { when: "while it asks about the job", arm: request("Ask", "Before", "GoOn") },
]);

/** The third save is that the agent is waited for. */
const whileReplacing = named("replace", [
  { when: "before the job is taken back", arm: request("Withdraw", "Before", "Drop") },
  { when: "with the job taken back after its death", arm: request("Withdraw", "Before", "GoOn") },
  { when: "once the job is taken back", arm: request("Withdraw", "After", "GoOn") },
  { when: "before the opening of the newer order is saved", arm: save(4, before) },
  { when: "before the receipt of the newer order is saved", arm: save(5, before), doubt: true },
]);

/** Heals what has killed the operator; then all orders that are open, or come yet, are carried out. */
async function goOn(): Promise<void> {
  scene.proxy.heal();
  for (const release of released) release();
  released = [];
  await eventually("the ledgers to be done with what was held", () => stores.every((store) => scene[store].busy === 0));
  for (const store of stores) scene[store].orders.pace = { idleMs: 0, workMs: 0 };
}

async function settled({ name, doubt }: (typeof whileOrdering)[number]): Promise<void> {
  await world.reason(`${name}-open`, "Delivered");
  await world.reason(`${name}-blind`, doubt === true ? "InDoubt" : "Delivered");
}

/** The states of all that was ordered under a name, oldest first. */
function states(store: Store, name: string): string[] {
  return scene[store].orders.all(name).map(({ state }) => state);
}

async function outcomes(name: string): Promise<string[]> {
  return ((await world.deployment(name)).status?.history ?? []).map(({ outcome }) => outcome);
}

describe("an operator killed while it orders and follows", () => {
  beforeAll(async () => {
    const reached = whileOrdering.flatMap(({ name, arm }) => arm(name));
    for (const { name } of whileOrdering) await order(name);
    await scene.killWhen(() => Promise.all(reached.map((wait) => wait())));
    await goOn();
    await scene.withNext(() => Promise.all(whileOrdering.map(settled)));
  }, 240_000);

  it.each(whileOrdering)("$when leaves one order, for the next to find or to make", async ({ name, doubt }) => {
    expect(states("open", name)).toEqual(["Done"]);
    expect(await outcomes(`${name}-open`)).toEqual(["JobSubmitted", "Delivered"]);
    expect(states("blind", name).length).toBeLessThanOrEqual(1);
    expect(await outcomes(`${name}-blind`)).toEqual(doubt === true ? ["InDoubt"] : ["JobSubmitted", "Delivered"]);
    expect([...scene.open.orders.collisions, ...scene.blind.orders.collisions]).toEqual([]);
  });
});

describe("an operator killed while it replaces a job", () => {
  beforeAll(async () => {
    for (const store of stores) scene[store].orders.pace = undefined;
    const reached = whileReplacing.flatMap(({ name, arm }) => arm(name));
    for (const { name } of whileReplacing) await order(name);
    await scene.killWhen(async () => {
      for (const { name } of whileReplacing) {
        for (const store of stores) await eventuallyFollowed(`${name}-${store}`);
        await rotate(name);
      }
      await Promise.all(reached.map((wait) => wait()));
    });
    await goOn();
    await scene.withNext(() => Promise.all(whileReplacing.map(settled)));
  }, 240_000);

  it.each(whileReplacing)("$when leaves the newer one delivered, by one order", async ({ name, when, doubt }) => {
    // Where nobody could take it back before the agent began it, it is delivered first.
    const first = when === "before the job is taken back" ? "Done" : "Cancelled";
    expect(states("open", name)).toEqual([first, "Done"]);
    expect(states("blind", name)).toEqual([first, "Done"]);
    expect((await outcomes(`${name}-open`)).at(-1)).toBe("Delivered");
    expect((await outcomes(`${name}-blind`)).at(-1)).toBe(doubt === true ? "InDoubt" : "Delivered");
    expect([...scene.open.orders.collisions, ...scene.blind.orders.collisions]).toEqual([]);
  });
});

function eventuallyFollowed(name: string): Promise<unknown> {
  return eventually(`${name} to be followed`, async () => {
    const [record] = (await world.deployment(name)).status?.targets ?? [];
    return record?.message?.includes("waits for the agent") === true && record.job !== undefined;
  });
}
