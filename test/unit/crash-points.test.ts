import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { issue } from "../fixtures/pki.ts";
import type { Loss, Shows } from "../ledger/ledger.ts";
import { at, killedAt, live, settle } from "../ledger/courses.ts";
import { type Action, type At, type Change, Killed, World } from "../ledger/lives.ts";

let first: Change;
let second: Change;
/** The same certificate, and a note that not every ledger shows. */
let noted: Change;

beforeAll(async () => {
  const leaf = async (): Promise<Buffer> => {
    const dnsNames = ["web.example.com"];
    return Buffer.from((await issue({ subject: "CN=web.example.com", dnsNames })).certificate.rawData);
  };
  first = { leaf: await leaf(), note: "a" };
  second = { leaf: await leaf(), note: "a" };
  noted = { ...first, note: "b" };
});

const shows: Shows[] = ["Everything", "NoMark", "NoNote", "Nothing"];
const losses: (Loss | "None")[] = ["None", "Before", "During", "After"];
const table = shows.flatMap((shown) => losses.map((loss) => [shown, loss] as const));
const actions: Action[] = [
  ...(["look", "looked", "open", "opened", "write", "written", "look", "looked", "settle", "settled"] as const),
];
const points = actions.map((_, point) => point);

async function delivered(shown: Shows): Promise<World> {
  const world = new World(shown, first);
  await settle(world);
  return world;
}

/** What became of the change that is wanted last. */
function outcome(world: World): "once" | "in doubt" | "lost" | "twice" {
  const found = world.record;
  if (world.writes() > 1) return "twice";
  if (found?.phase === "Blocked" && found.reason === "InDoubt") return "in doubt";
  return found?.phase === "Delivered" && world.writes() === 1 ? "once" : "lost";
}

describe("a life that nobody disturbs", () => {
  it("does this, and may be ended before and after each of it", async () => {
    const did: Action[] = [];
    await new World("Everything", first).live((action) => void did.push(action));
    expect(did).toEqual(actions);
  });
});

describe.each(table)("where the ledger shows %s, and the answer is lost: %s", (shown, loss) => {
  /** Where nothing can be looked up, what is not answered is in doubt; everything else is written once. */
  function expected(tried: readonly number[], unanswered: readonly number[]): string[] {
    const doubtful = (point: number): boolean => shown === "Nothing" && (loss !== "None" || unanswered.includes(point));
    return tried.map((point) => (doubtful(point) ? "in doubt" : "once"));
  }

  /** The outcome of a rotation for each way in which its first life is disturbed. */
  async function rotated(tried: readonly number[], how: (world: World, point: number) => At): Promise<string[]> {
    const outcomes: string[] = [];
    for (const point of tried) {
      const world = await delivered(shown);
      world.wanted = second;
      if (loss !== "None") world.lose(loss);
      await settle(world, how(world, point));
      outcomes.push(world.writes(first) === 1 ? outcome(world) : "the first one again");
    }
    return outcomes;
  }

  it("a first delivery is written once, killed at whichever point", async () => {
    const outcomes: string[] = [];
    for (const point of points) {
      const world = new World(shown, first);
      if (loss !== "None") world.lose(loss);
      await settle(world, killedAt(point));
      outcomes.push(outcome(world));
    }
    expect(outcomes).toEqual(expected(points, [3, 4, 5, 6, 7, 8]));
  });

  it("a rotation is written once, killed at whichever point", async () => {
    const outcomes = await rotated(points, (_, point) => killedAt(point));
    expect(outcomes).toEqual(expected(points, [3, 4, 5, 6, 7, 8]));
  });

  it("a rotation is written once, whichever action another leader comes before", async () => {
    const outcomes = await rotated(points, (world, point) => at(point, () => live(world)));
    // It has taken the lease, so that the first does not write what it has opened.
    expect(outcomes).toEqual(expected(points, [3]));
  });

  it("a rotation is written once without an election, too: the save of the opening keeps them apart", async () => {
    const outcomes = await rotated(points, (world, point) => {
      world.elected = false;
      return at(point, () => live(world));
    });
    expect(outcomes).toEqual(expected(points, []));
  });

  it.each([true, false])(
    "a rotation is written once, though a process is stopped at whichever point until another has ended it; elected: %s",
    async (elected) => {
      // From the fence to the write there is nothing that could stop it any more (docs/adr/0006-never-twice.md).
      const stoppable = points.filter((point) => actions[point] !== "write");
      const outcomes = await rotated(stoppable, (world, point) => {
        world.elected = elected;
        return at(point, async () => {
          world.now += 100_000;
          await settle(world);
        });
      });
      expect(outcomes).toEqual(expected(stoppable, [3]));
    },
  );
});

describe("a change that a look does not show", () => {
  it("is written once, or in doubt from the opening of the write to its receipt", async () => {
    const outcomes: string[] = [];
    for (const point of points) {
      const world = await delivered("NoNote");
      world.wanted = noted;
      await settle(world, killedAt(point));
      outcomes.push(outcome(world));
    }
    const doubt = Array.from({ length: 6 }, () => "in doubt");
    expect(outcomes).toEqual(["once", "once", "once", ...doubt, "once"]);
  });
});

describe("a source that changes during a delivery", () => {
  it("has both its contents written once, in order, at whichever point it changes", async () => {
    for (const point of points) {
      const world = new World("Everything", first);
      await settle(
        world,
        at(point, () => {
          world.wanted = second;
        }),
      );
      // The controller runs again for the change.
      await settle(world);
      expect([point, world.writes(first), outcome(world)]).toEqual([point, 1, "once"]);
    }
  });
});

describe("a target that moves to another place while a write has no receipt", () => {
  it.each(shows)("is written once there, and is in no doubt about it: the ledger shows %s", async (shown) => {
    for (const point of points) {
      const world = new World(shown, first);
      await live(world, killedAt(point));
      world.title = "elsewhere";
      await settle(world);
      expect([point, outcome(world)]).toEqual([point, "once"]);
      expect(world.writes(first, "web")).toBeLessThanOrEqual(1);
    }
  });

  it("waits until a write at the old place can no longer be under way", async () => {
    const world = new World("Everything", first);
    await live(world, killedAt(4));
    world.title = "elsewhere";
    await live(world);
    expect(world.record).toMatchObject({
      reason: "AwaitingOutcome",
      place: { address: "ledger:https://ledger.example.com/web" },
    });
  });
});

describe("a reconcile request", () => {
  it("is what a person gives after a look at the books, and leads to one more write, killed at whichever point", async () => {
    for (const point of points) {
      const world = new World("Nothing", first);
      world.lose("After");
      await settle(world);
      expect(outcome(world)).toBe("in doubt");
      world.ledger.strike("web");
      world.request();
      await settle(world, killedAt(point));
      expect([point, world.writes()]).toEqual([point, point < 5 && point > 2 ? 0 : 1]);
      expect([point, outcome(world)]).toEqual([point, point > 2 && point < 9 ? "in doubt" : "once"]);
    }
  });

  it("does not end the wait for a write that may be under way", async () => {
    const world = new World("Nothing", first);
    await live(world, killedAt(5));
    world.request();
    await settle(world);
    expect([outcome(world), world.writes()]).toEqual(["in doubt", 1]);
  });
});

describe("any course of kills, lost answers, other leaders and rotations", () => {
  const event = record({
    point: nat(points.length),
    what: constantFrom<"kill" | "other leader" | "stop">("kill", "other leader", "stop"),
    loss: constantFrom(...losses),
    rotate: boolean(),
  });

  it("never writes a change twice, and ends delivered, or in doubt where nothing can be looked up", async () => {
    await assert(
      asyncProperty(
        constantFrom(...shows),
        boolean(),
        array(event, { maxLength: 6 }),
        async (shown, elected, events) => {
          const world = new World(shown, first);
          world.elected = elected;
          const changes = [first];
          for (const { point, what, loss, rotate } of events) {
            if (rotate) {
              world.wanted = { ...second, note: String(changes.length) };
              changes.push(world.wanted);
            }
            if (loss !== "None") world.lose(loss);
            const how = what === "stop" && actions[point] === "write" ? "kill" : what;
            const until = await live(
              world,
              at(point, async () => {
                if (how === "kill") throw new Killed("kill -9");
                if (how === "stop") world.now += 100_000;
                await live(world);
              }),
            );
            world.now = Math.max(world.now, until?.getTime() ?? 0);
          }
          await settle(world);
          expect(Math.max(...changes.map((change) => world.writes(change)))).toBeLessThanOrEqual(1);
          const tells = shown === "Everything" || shown === "NoMark";
          expect(tells ? ["once"] : ["once", "in doubt"]).toContain(outcome(world));
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);
});
