import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CredentialsRefused } from "../errors.ts";
import { RequestRate } from "./request-rate.ts";
import { GateWorld, StillClock } from "./testing/gate-world.ts";

const refusal = new CredentialsRefused("renew them");

const act = fc.oneof(
  fc.record({ do: fc.constant("come" as const), id: fc.nat(9), refresh: fc.boolean() }),
  fc.record({ do: fc.constant("go" as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constant("wakeUp" as const), comes: fc.boolean() }),
  fc.record({ do: fc.constant("tell" as const), store: fc.constantFrom("Answered", "Silent", "Refused", "Paused") }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 700_000 }) }),
  fc.record({ do: fc.constant("check" as const) }),
  fc.record({ do: fc.constant("renew" as const) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

describe("a gate, through any course of comings, goings and answers", () => {
  it("never holds more than it may, and in the end lets everybody in", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(act, { maxLength: 120 }), (runs, acts) => {
        const world = new GateWorld({ runs });
        const course = { world, runs, version: 1, wanting: new Set<string>() };
        for (const one of acts) {
          perform(course, one);
          expect(world.inside.size).toBeLessThanOrEqual(runs);
        }
        expect([...drained(course)]).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("lets nobody begin while the login is refused, and one at a time while it is not known that the store answers", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), fc.constantFrom("Refused", "Silent"), (acts, store) => {
        const world = new GateWorld({ runs: 4 });
        const course = { world, runs: 4, version: 1, wanting: new Set<string>() };
        for (const one of acts.filter((one) => one.do !== "tell" && one.do !== "renew")) perform(course, one);
        tell(course, store);
        const before = new Set(world.inside.keys());
        for (let id = 0; id < 10; id += 1) enter(course, `late-${id}`, "Write");
        const begun = [...world.inside.keys()].filter((id) => !before.has(id)).length;
        expect(begun).toBeLessThanOrEqual(store === "Refused" || before.size > 0 ? 0 : 1);
      }),
    );
  });
});

describe("a rate, whoever asks and whenever", () => {
  it("is kept within every minute, and nobody waits for ever", async () => {
    const asks = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), asks, async (perMinute, pauses) => {
        const clock = new StillClock();
        const rate = new RequestRate(perMinute, clock);
        const went: number[] = [];
        const turns: Promise<void>[] = [];
        for (const pause of pauses) {
          await clock.pass(pause);
          turns.push(rate.turn(new AbortController().signal).then(() => void went.push(clock.now())));
        }
        await clock.pass(60_000 * pauses.length + 1);
        await clock.pass(0);
        await Promise.all(turns);
        for (const start of went) {
          expect(went.filter((time) => time >= start && time < start + 60_000).length).toBeLessThanOrEqual(perMinute);
        }
      }),
    );
  });

  it("is not used up by who has given up", async () => {
    const clock = new StillClock();
    const rate = new RequestRate(1, clock);
    await rate.turn(new AbortController().signal);
    const given = new AbortController();
    const gone = rate.turn(given.signal);
    const stays = rate.turn(new AbortController().signal);
    given.abort(new Error("given up"));
    await expect(gone).rejects.toThrow("given up");
    clock.advance(60_000);
    await stays;
  });
});

interface Course {
  readonly world: GateWorld;
  readonly runs: number;
  version: number;
  /** Who has come and was not let in yet. */
  readonly wanting: Set<string>;
}

function perform(course: Course, one: Act): void {
  const { world } = course;
  switch (one.do) {
    case "come":
      return enter(course, `v${one.id}`, one.refresh ? "Refresh" : "Write");
    case "go":
      return world.leave([...world.inside.keys()][one.nth] ?? "");
    case "wakeUp": {
      const id = world.woken.shift();
      if (id === undefined) return;
      if (one.comes) enter(course, id, "Write");
      else course.wanting.delete(id);
      return;
    }
    case "tell":
      return tell(course, one.store);
    case "wait":
      return world.clock.advance(one.ms);
    case "check":
      return enter(course, "check", "Check");
    case "renew":
      course.version += 1;
      return world.renew(String(course.version), { runs: course.runs });
  }
}

function enter({ world, wanting }: Course, id: string, urgency: "Check" | "Write" | "Refresh"): void {
  if (world.inside.has(id)) return;
  if (world.enter(id, urgency) === "in") wanting.delete(id);
  else wanting.add(id);
}

function tell({ world, version }: Course, store: string): void {
  const told = (() => {
    if (store === "Refused") return { store, refusal } as const;
    if (store === "Paused") return { store, until: new Date(Date.now() + 5_000) } as const;
    return { store: store === "Silent" ? "Silent" : "Answered" } as const;
  })();
  world.gate.told(String(version), told);
}

/** Everybody leaves, the store answers from now on, and who is woken comes. Returns who was never let in. */
function drained(course: Course): ReadonlySet<string> {
  const { world, wanting } = course;
  course.version += 1;
  for (const id of world.inside.keys()) world.leave(id);
  world.renew(String(course.version), { runs: course.runs });
  for (let round = 0; round < 40; round += 1) {
    world.clock.advance(20_000);
    for (const id of world.takeWoken()) enter(course, id, "Write");
    for (const id of world.inside.keys()) {
      tell(course, "Answered");
      world.leave(id);
    }
  }
  return wanting;
}
