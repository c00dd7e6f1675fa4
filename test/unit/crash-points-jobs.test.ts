import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { issue } from "../fixtures/pki.ts";
import { at, killedAt, live, settle } from "../ledger/courses.ts";
import type { Loss, Shows } from "../ledger/ledger.ts";
import { type Action, type At, type Change, Killed, World } from "../ledger/lives.ts";

let first: Change;
let second: Change;
let third: Change;

beforeAll(async () => {
  const change = async (): Promise<Change> => {
    const { certificate } = await issue({ subject: "CN=web.example.com", dnsNames: ["web.example.com"] });
    return { leaf: Buffer.from(certificate.rawData), note: "a" };
  };
  [first, second, third] = [await change(), await change(), await change()];
});

const shows: Shows[] = ["Everything", "NoMark", "NoNote", "Nothing"];
const losses: (Loss | "None")[] = ["None", "Before", "During", "After"];
const table = shows.flatMap((shown) => losses.map((loss) => [shown, loss] as const));
const pace = { idleMs: 3_000, workMs: 3_000 };
const points = [...Array(10).keys()];
/** From the opening of a write until its receipt is saved. */
const unanswered = [3, 4, 5, 6];

async function delivered(shown: Shows): Promise<World> {
  const world = new World(shown, first, "ByOrder");
  world.orders.pace = pace;
  await settle(world);
  return world;
}

/** The second change is ordered, and nobody has begun it. */
async function ordered(shown: Shows): Promise<World> {
  const world = await delivered(shown);
  world.orders.pace = undefined;
  world.wanted = second;
  await live(world);
  return world;
}

/** What became of the change that is wanted last. */
function outcome(world: World): "once" | "in doubt" | "lost" | "twice" {
  const { phase, reason, job } = world.record ?? {};
  if (world.orders.collisions.length > 0 || world.ordered() > 1) return "twice";
  if (phase === "Blocked" && reason === "InDoubt") return "in doubt";
  return phase === "Delivered" && job === undefined && world.writes() === 1 ? "once" : "lost";
}

describe("lives that nobody disturbs", () => {
  it("do this, and may be ended before and after each of it", async () => {
    const world = new World("Everything", first, "ByOrder");
    world.orders.pace = pace;
    const lives: Action[][] = [[], [], [], []];
    await settle(
      world,
      ...lives.map(
        (did): At =>
          (action) =>
            void did.push(action),
      ),
    );
    const asked: Action[] = ["ask", "asked", "settle", "settled"];
    expect(lives).toEqual([
      ["look", "looked", "open", "opened", "write", "written", "settle", "settled"],
      asked,
      asked,
      ["ask", "asked", "look", "looked", "settle", "settled"],
    ]);
    expect(outcome(world)).toBe("once");
  });

  it("take back what is wanted no more, and then order what is", async () => {
    const world = await ordered("Everything");
    world.wanted = third;
    const did: Action[] = [];
    await world.live((action) => void did.push(action));
    expect(did).toEqual([
      "ask",
      "asked",
      "withdraw",
      "withdrawn",
      "look",
      "looked",
      "open",
      "opened",
      "write",
      "written",
      "settle",
      "settled",
    ]);
    expect([world.ordered(second), world.ordered(third)]).toEqual([0, 1]);
  });
});

describe.each(table)("where the ledger shows %s, and the answer to the order is lost: %s", (shown, loss) => {
  const doubtful = (lost: boolean): string => (shown === "Nothing" && (lost || loss !== "None") ? "in doubt" : "once");

  it("a change is ordered once, and followed to its end, killed at whichever point of whichever life", async () => {
    for (const life of [0, 1, 2, 3]) {
      for (const point of points) {
        const world = new World(shown, first, "ByOrder");
        world.orders.pace = pace;
        if (loss !== "None") world.lose(loss);
        const undisturbed = Array.from({ length: life }, (): At => () => {});
        await settle(world, ...undisturbed, killedAt(point));
        const expected = doubtful(life === 0 && unanswered.includes(point));
        expect([life, point, outcome(world)]).toEqual([life, point, expected]);
      }
    }
  });

  it.each([true, false])(
    "a change is ordered once, whichever action another leader comes before, or ends all in; elected: %s",
    async (elected) => {
      for (const stopped of [false, true]) {
        for (const point of points.filter((point) => !stopped || point !== 4)) {
          const world = await delivered(shown);
          world.elected = elected;
          world.wanted = second;
          if (loss !== "None") world.lose(loss);
          await settle(
            world,
            at(point, async () => {
              if (stopped) world.now += 100_000;
              await (stopped ? settle(world) : live(world));
            }),
          );
          expect([stopped, point, outcome(world)]).toEqual([
            stopped,
            point,
            doubtful((elected || stopped) && point === 3),
          ]);
        }
      }
    },
  );
});

describe.each(shows)("a newer change while a job is open, where the ledger shows %s", (shown) => {
  const withdrawing = [...Array(14).keys()];
  /** From the opening of the newer write until its receipt is saved. */
  const unsure = [7, 8, 9, 10];

  it("takes the job back and is ordered once, killed at whichever point, or with another leader before it", async () => {
    for (const point of withdrawing) {
      for (const how of ["kill", "other leader", "other leader, no election"] as const) {
        const world = await ordered(shown);
        world.elected = how !== "other leader, no election";
        world.wanted = third;
        await live(world, how === "kill" ? killedAt(point) : at(point, () => live(world)));
        world.orders.pace = pace;
        await settle(world);
        const lost = how === "kill" ? unsure.includes(point) : how === "other leader" && point === 7;
        const expected = shown === "Nothing" && lost ? "in doubt" : "once";
        expect([point, how, outcome(world), world.ordered(second)]).toEqual([point, how, expected, 0]);
      }
    }
  });

  it("waits for the end of a job that somebody has begun, killed at whichever point, and whichever end it is", async () => {
    for (const end of ["Done", "Failed"] as const) {
      for (const point of points) {
        const world = await ordered(shown);
        world.orders.begin("web");
        world.wanted = third;
        await live(world, killedAt(point));
        expect([world.orders.all().at(-1)?.state, world.record?.job?.ids]).toEqual(["Begun", ["order-2"]]);
        world.orders.end("web", end);
        world.orders.pace = pace;
        await settle(world);
        expect([end, point, outcome(world)]).toEqual([end, point, "once"]);
        expect(world.writes(second)).toBe(end === "Done" ? 1 : 0);
      }
    }
  });
});

describe("an agent that begins a job at any point of the life that takes it back", () => {
  it("leaves no two jobs at once, and the newer one is delivered", async () => {
    const states: (string | undefined)[] = [];
    for (const point of points.slice(0, 6)) {
      const world = await ordered("Everything");
      world.wanted = third;
      await live(
        world,
        at(point, () => world.orders.begin("web")),
      );
      states.push(world.orders.find("order-2")?.state);
      world.orders.pace = pace;
      await settle(world);
      expect([point, outcome(world)]).toEqual([point, "once"]);
    }
    expect(states).toEqual(["Begun", "Begun", "Begun", "Cancelled", "Cancelled", "Cancelled"]);
  });
});

describe("a job that is open when writing stops", () => {
  it("is taken back where its owner suspends it, and ordered again when it goes on", async () => {
    const world = await ordered("Everything");
    world.suspended = { message: "spec.suspend is true.", jobs: "Withdraw" };
    await settle(world);
    expect([world.record?.phase, world.record?.job, world.ordered(second)]).toEqual(["Suspended", undefined, 0]);
    world.suspended = undefined;
    world.orders.pace = pace;
    await settle(world);
    expect([outcome(world), world.ordered(second)]).toEqual(["once", 1]);
  });

  it("is followed to its end where the operator is stopped, whatever is wanted meanwhile", async () => {
    const world = await ordered("Everything");
    world.suspended = { message: "--suspend-writes", jobs: "Follow" };
    world.wanted = third;
    await live(world);
    expect(world.record).toMatchObject({ phase: "InProgress", job: { ids: ["order-2"] } });
    world.orders.pace = pace;
    await settle(world);
    expect([world.record?.phase, world.writes(second), world.ordered(third)]).toEqual(["Suspended", 1, 0]);
    world.suspended = undefined;
    await settle(world);
    expect(outcome(world)).toBe("once");
  });
});

describe("a job that fails", () => {
  it("is followed by another one, later each time, and never by two", async () => {
    const world = await ordered("Everything");
    const waits: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      world.orders.begin("web");
      world.orders.end("web", "Failed");
      const until = (await live(world))?.getTime() ?? 0;
      waits.push((until - world.now) / 1_000);
      expect(world.record).toMatchObject({ phase: "Failed", reason: "JobFailed" });
      world.now = until;
      await live(world);
    }
    expect(waits).toEqual([5, 10, 20]);
    world.orders.pace = pace;
    await settle(world);
    expect([world.record?.phase, world.ordered(), world.writes(), world.orders.collisions]).toEqual([
      "Delivered",
      4,
      1,
      [],
    ]);
  });
});

describe("any course of kills, lost answers, other leaders, agents, suspensions and rotations", () => {
  const event = record({
    point: nat(13),
    how: constantFrom<"kill" | "other leader" | "nothing">("kill", "other leader", "nothing"),
    loss: constantFrom(...losses),
    rotate: boolean(),
    agent: constantFrom<"begin" | "end" | "fail" | "idle">("begin", "end", "fail", "idle"),
    stop: constantFrom<"Withdraw" | "Follow" | "no">("no", "no", "no", "Withdraw", "Follow"),
    minutes: nat(40),
  });

  /** No order is open that nobody knows of: it is on record, or a write without a receipt is. */
  function forgotten({ orders, record }: World): string[] {
    const open = orders.all().filter(({ state }) => state === "Queued" || state === "Begun");
    if (record?.attempt !== undefined) return [];
    return open.map(({ id }) => id).filter((id) => record?.job?.ids[0] !== id);
  }

  it("never has two jobs at once, forgets none, and ends with the last change delivered, or in doubt where nothing can be looked up", async () => {
    await assert(
      asyncProperty(
        constantFrom(...shows),
        boolean(),
        array(event, { maxLength: 8 }),
        async (shown, elected, events) => {
          const world = new World(shown, first, "ByOrder");
          world.elected = elected;
          for (const [index, { point, how, loss, rotate, agent, stop, minutes }] of events.entries()) {
            if (rotate) world.wanted = { ...second, note: String(index) };
            if (loss !== "None") world.lose(loss);
            world.suspended = stop === "no" ? undefined : { message: "off", jobs: stop };
            const until = await live(
              world,
              at(point, async () => {
                if (how === "kill") throw new Killed("kill -9");
                if (how === "other leader") await live(world);
              }),
            );
            expect(forgotten(world)).toEqual([]);
            if (agent === "begin") world.orders.begin("web");
            if (agent === "end") world.orders.end("web", "Done");
            if (agent === "fail") world.orders.end("web", "Failed");
            world.now = Math.max(world.now + minutes * 60_000, until?.getTime() ?? 0);
          }
          world.suspended = undefined;
          world.orders.pace = pace;
          await settle(world);
          expect(world.orders.collisions).toEqual([]);
          expect(forgotten(world)).toEqual([]);
          const delivered = world.record?.phase === "Delivered" && world.writes() === 1;
          const doubtful = world.record?.reason === "InDoubt" && shown === "Nothing";
          expect([delivered || doubtful, world.record]).toEqual([true, world.record]);
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);
});
