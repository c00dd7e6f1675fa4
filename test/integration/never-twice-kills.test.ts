import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { after, before, reset, stall } from "../fault-proxy/index.ts";
import { ledgerTarget, Scene } from "../ledger/scene.ts";
import type { LedgerServer } from "../ledger/server.ts";
import { deployment, leafAndIssuer, target, type World } from "./world.ts";

let scene: Scene;
let world: World;
let open: LedgerServer;
let blind: LedgerServer;

beforeAll(async () => {
  scene = await Scene.create("twice");
  ({ world, open, blind } = scene);
  const [leaf, issuer] = await leafAndIssuer("twice.example.com");
  await world.source("web-tls", leaf, [issuer]);
}, 180_000);
afterAll(() => scene.close());

function recordOf({ status }: StoreDeployment) {
  return status?.targets?.[0];
}

async function history(name: string): Promise<string[]> {
  return ((await world.deployment(name)).status?.history ?? []).map(({ outcome }) => outcome);
}

interface Point {
  readonly when: string;
  /** Arms it; resolves when all three deployments are there. */
  readonly arm: (name: string) => (() => Promise<unknown>)[];
  /** What the blind ledger holds then, and whether that is in doubt. */
  readonly blind: { readonly doubt: boolean; readonly writes: 0 | 1 };
}

/** The n-th save of the status, which the API server does not see, or whose answer nobody sees. */
function save(name: string, nth: number, stalled: typeof before | typeof after): () => Promise<unknown> {
  const path = new RegExp(`/storedeployments/${name}/status`);
  const injection = scene.proxy.inject(stalled(stall), { method: "PATCH", path, skip: nth - 1 });
  return () => eventually(`save ${nth} of ${name}`, () => injection.hits > 0);
}

function saves(nth: number, stalled: typeof before | typeof after): Point["arm"] {
  return (name) => ["open", "blind", "secret"].map((kind) => save(`${name}-${kind}`, nth, stalled));
}

/** What the ledgers hold back, and the write of the Secret. */
function writes(when: "Before" | "After", goOn: "GoOn" | "Drop"): Point["arm"] {
  return (name) => {
    const secret = scene.proxy.inject(when === "Before" ? before(stall) : after(stall), {
      method: "PATCH",
      path: new RegExp(`/secrets/${name}`),
    });
    const held = [open.hold(name, when), blind.hold(name, when)];
    released.push(() => {
      for (const one of held) one.release(goOn);
    });
    return [
      () => eventually("the write of the Secret", () => secret.hits > 0),
      ...held.map(
        ({ reached }) =>
          () =>
            reached,
      ),
    ];
  };
}

/** What goes on at the ledgers once the operator is dead. */
let released: (() => void)[] = [];

const points: Point[] = [
  { when: "before the opening is saved", arm: saves(1, before), blind: { doubt: false, writes: 1 } },
  { when: "once the opening is saved", arm: saves(1, after), blind: { doubt: true, writes: 0 } },
  { when: "with the request sent, which is lost", arm: writes("Before", "Drop"), blind: { doubt: true, writes: 0 } },
  {
    when: "with the request sent, and written after its death",
    arm: writes("Before", "GoOn"),
    blind: { doubt: true, writes: 1 },
  },
  { when: "once it is written", arm: writes("After", "GoOn"), blind: { doubt: true, writes: 1 } },
  { when: "before the receipt is saved", arm: saves(2, before), blind: { doubt: true, writes: 1 } },
  { when: "once the receipt is saved", arm: saves(2, after), blind: { doubt: false, writes: 1 } },
];

describe.each(points.map((point, index) => ({ ...point, name: `kill-${index}` })))(
  "an operator killed $when",
  ({ name, arm, blind: expected }) => {
    it("leaves one write for the next one to find or to make, and says where it cannot know", async () => {
      const reached = arm(name);
      await world.apply(
        deployment(world.home, `${name}-open`, [ledgerTarget("open", name)]),
        deployment(world.home, `${name}-blind`, [ledgerTarget("blind", name)]),
        deployment(world.home, `${name}-secret`, [target("t", world.away, name)]),
      );
      await scene.killWhen(() => Promise.all(reached.map((wait) => wait())));
      scene.proxy.heal();
      for (const release of released) release();
      released = [];

      await scene.withNext(async () => {
        await world.reason(`${name}-open`, "Delivered");
        await world.reason(`${name}-secret`, "Delivered");
        await world.reason(`${name}-blind`, expected.doubt ? "InDoubt" : "Delivered");
      });
      expect(open.ledger.entries(name)).toHaveLength(1);
      expect(blind.ledger.entries(name)).toHaveLength(expected.writes);
      const secretWrites = await scene.plane.audit.writes({ resource: "secrets", namespace: world.away, name });
      expect(secretWrites.filter(({ code }) => code < 300)).toHaveLength(1);
      expect(await history(`${name}-open`)).toEqual(["Delivered"]);
      expect(await history(`${name}-blind`)).toEqual([expected.doubt ? "InDoubt" : "Delivered"]);
    });
  },
);

describe("a doubt", () => {
  it("stays until a person has looked and asked, and is then written once more", async () => {
    const name = "doubt";
    const held = blind.hold(name, "After");
    await world.apply(deployment(world.home, name, [ledgerTarget("blind", name)]));
    await scene.killWhen(() => held.reached);
    held.release("GoOn");
    await scene.withNext(async () => {
      const found = await world.reason(name, "InDoubt");
      expect(recordOf(found)).toMatchObject({ phase: "Blocked", attempt: { number: 1 } });
      expect(recordOf(found)?.message).toContain("Check the store");
    });
    await scene.withNext(async () => {
      // Another source does not end it.
      const [leaf, issuer] = await leafAndIssuer("twice.example.com");
      await world.source("web-tls", leaf, [issuer]);
      const { metadata } = await world.secret("web-tls", world.home);
      await eventually("the new source to be read", async () => {
        const { status } = await world.deployment(name);
        return status?.source?.resourceVersion === metadata.resourceVersion;
      });
      await world.reason(name, "InDoubt");
      expect(blind.ledger.entries(name)).toHaveLength(1);
      blind.ledger.strike(name);
      await world.request(name, "looked");
      const found = await world.reason(name, "Delivered");
      expect(found.status?.lastHandledReconcileAt).toBe("looked");
    });
    expect(blind.ledger.entries(name)).toHaveLength(1);
    expect(await history(name)).toEqual(["InDoubt", "Delivered"]);
  });
});

describe("a receipt", () => {
  it("of whose save only the answer is lost is kept, and told once", async () => {
    const name = "receipt";
    const match = { method: "PATCH", path: `/storedeployments/${name}/status`, skip: 1, times: 1 };
    const lost = scene.proxy.inject(after(reset), match);
    await world.apply(deployment(world.home, name, [ledgerTarget("open", name)]));
    await scene.withNext(async () => {
      await world.reason(name, "Delivered");
      await eventually("the event", async () => {
        const args = ["get", "events.events.k8s.io", "-n", world.home, "-o", "jsonpath={.items[*].regarding.name}"];
        return (await scene.plane.kubectl(args)).stdout.split(" ").includes(name);
      });
    });
    expect(lost.hits).toBe(1);
    expect(await history(name)).toEqual(["Delivered"]);
    expect(open.ledger.entries(name)).toHaveLength(1);
  });
});
