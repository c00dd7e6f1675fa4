import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { type ControlPlane, eventually, startControlPlane } from "../control-plane/index.ts";
import { after, before, FaultProxy, stall } from "../fault-proxy/index.ts";
import { keepTold } from "../leaks/material.ts";
import { installWithLedger } from "../ledger/install.ts";
import { Ledger, type Shows } from "../ledger/ledger.ts";
import { OperatorProgram } from "../ledger/process.ts";
import { LedgerServer } from "../ledger/server.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

/** Later than any deadline of an attempt: store timeout and 30 s. */
const afterDeadlines = 120_000;

let plane: ControlPlane;
let proxy: FaultProxy;
let world: World;
let program: OperatorProgram;
let flags: string[];
let open: LedgerServer;
let blind: LedgerServer;

beforeAll(async () => {
  plane = await startControlPlane();
  await installWithLedger(plane);
  proxy = await FaultProxy.start(plane);
  world = await World.create(plane, "twice");
  [open, blind] = [await ledgerStore("open", "Everything"), await ledgerStore("blind", "Nothing")];
  const [leaf, issuer] = await leafAndIssuer("twice.example.com");
  await world.source("web-tls", leaf, [issuer]);
  const token = await plane.tokenFor("certferry-system", "certferry");
  const identity = { server: proxy.server, caPem: proxy.caPem, token };
  program = await OperatorProgram.build(plane.facts.folder, identity);
  flags = [
    "--namespace=certferry-system",
    `--watch-namespaces=${world.home}`,
    `--owner-id=${world.home}`,
    "--leader-elect=false",
    "--metrics-bind-address=0",
    "--health-probe-bind-address=0",
  ];
});
afterAll(async () => {
  await Promise.all([open.close(), blind.close(), proxy.close()]);
  await plane.stop();
});

async function ledgerStore(name: string, shows: Shows): Promise<LedgerServer> {
  const server = await LedgerServer.start(new Ledger(shows, Date.now));
  const spec = { ledger: { url: server.url }, timeout: "5s" };
  await world.apply({ ...named("certferry.io/v1alpha1", "CertificateStore", name, world.home), spec });
  return server;
}

function ledgerTarget(store: string, title: string): object {
  return { name: "t", storeRef: { name: store }, ledger: { title } };
}

/** Runs an operator until `reached`, and kills it there. */
async function killWhen(reached: () => Promise<unknown>): Promise<void> {
  const operator = program.start(flags);
  try {
    await reached();
  } catch (error) {
    throw new Error(`${String(error)}\n${operator.log}`, { cause: error });
  } finally {
    await operator.kill();
    keepTold("log", operator.log);
  }
}

/** Runs an operator whose clock is past every deadline, as long as `work` takes. */
async function withNext(work: () => Promise<void>): Promise<void> {
  const operator = program.start(flags, afterDeadlines);
  try {
    await work();
  } finally {
    await operator.kill();
    keepTold("log", operator.log);
  }
}

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
  const injection = proxy.inject(stalled(stall), { method: "PATCH", path, skip: nth - 1 });
  return () => eventually(`save ${nth} of ${name}`, () => injection.hits > 0);
}

function saves(nth: number, stalled: typeof before | typeof after): Point["arm"] {
  return (name) => ["open", "blind", "secret"].map((kind) => save(`${name}-${kind}`, nth, stalled));
}

/** What the ledgers hold back, and the write of the Secret. */
function writes(when: "Before" | "After", goOn: "GoOn" | "Drop"): Point["arm"] {
  return (name) => {
    const secret = proxy.inject(when === "Before" ? before(stall) : after(stall), {
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
      await killWhen(() => Promise.all(reached.map((wait) => wait())));
      proxy.heal();
      for (const release of released) release();
      released = [];

      await withNext(async () => {
        await world.reason(`${name}-open`, "Delivered");
        await world.reason(`${name}-secret`, "Delivered");
        await world.reason(`${name}-blind`, expected.doubt ? "InDoubt" : "Delivered");
      });
      expect(open.ledger.entries(name)).toHaveLength(1);
      expect(blind.ledger.entries(name)).toHaveLength(expected.writes);
      const secretWrites = await plane.audit.writes({ resource: "secrets", namespace: world.away, name });
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
    await killWhen(() => held.reached);
    held.release("GoOn");
    await withNext(async () => {
      const found = await world.reason(name, "InDoubt");
      expect(recordOf(found)).toMatchObject({ phase: "Blocked", attempt: { number: 1 } });
      expect(recordOf(found)?.message).toContain("Check the store");
    });
    await withNext(async () => {
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
