import { describe, expect, it } from "vitest";
import { CredentialsRefused } from "../errors.ts";
import { GateWorld } from "./testing/gate-world.ts";

const answered = { store: "Answered" } as const;
const silent = { store: "Silent" } as const;
const refused = { store: "Refused", refusal: new CredentialsRefused("renew them") } as const;
const signal = new AbortController().signal;

/** A gate whose store has answered. */
function open(...limits: ConstructorParameters<typeof GateWorld>): GateWorld {
  const world = new GateWorld(...limits);
  world.gate.told("1", answered);
  return world;
}

/** In how many seconds a check that is not let in is to come again. */
function checkWaits({ gate }: GateWorld): number {
  const { why } = { why: undefined, ...gate.enter({ id: "check", urgency: "Check", wake: () => {} }) };
  return Math.round(((why?.until?.getTime() ?? 0) - Date.now()) / 1000);
}

describe("a store that answers", () => {
  it("takes as many as it may, and the rest in the order in which they came", () => {
    const world = open({ runs: 2 });
    expect(["a", "b", "c", "d"].map((id) => world.enter(id))).toEqual(["in", "in", "parked", "parked"]);
    world.leave("b");
    expect(world.takeWoken()).toEqual(["c"]);
    world.leave("a");
    expect(world.takeWoken()).toEqual(["d"]);
  });

  it("keeps the turn of who was woken, but not for ever", () => {
    const world = open({ runs: 1 });
    for (const id of ["a", "b", "c"]) world.enter(id);
    world.leave("a");
    expect(world.enter("d")).toBe("parked");
    expect(world.enter("b")).toBe("in");
    world.leave("b");
    expect(world.takeWoken()).toEqual(["c"]);
    world.clock.advance(10_000);
    expect(world.takeWoken()).toEqual(["d"]);
  });

  it("gives the turn of who does not come any more to the next at once", () => {
    const world = open({ runs: 1 });
    for (const id of ["a", "b", "c", "d"]) world.enter(id);
    world.gate.withdraw("c");
    world.leave("a");
    expect(world.takeWoken()).toEqual(["b"]);
    world.gate.withdraw("b");
    expect(world.takeWoken()).toEqual(["d"]);
  });

  it("takes checks before writes and writes before refreshes", () => {
    const world = open({ runs: 1 });
    world.enter("inside");
    world.enter("refresh", "Refresh");
    world.enter("write");
    world.enter("check", "Check");
    const order: string[] = [];
    for (let id: string | undefined = "inside"; id !== undefined; [id] = world.takeWoken()) {
      if (id !== "inside") world.enter(id);
      order.push(id);
      world.leave(id);
    }
    expect(order).toEqual(["inside", "check", "write", "refresh"]);
  });

  it("takes a refresh after eight writes, however many more there are", () => {
    const world = open({ runs: 1 });
    world.enter("inside");
    world.enter("refresh", "Refresh");
    for (let index = 0; index < 20; index += 1) world.enter(`write-${index}`);
    world.leave("inside");
    let writes = 0;
    for (let [id] = world.takeWoken(); id !== undefined && id !== "refresh"; [id] = world.takeWoken()) {
      writes += 1;
      world.enter(id);
      world.leave(id);
    }
    expect(writes).toBe(8);
  });

  it("is left once only, whatever its visitor says", () => {
    const world = open({ runs: 1 });
    world.enter("a");
    const leave = world.inside.get("a");
    leave?.();
    world.enter("b");
    leave?.();
    expect(world.enter("c")).toBe("parked");
  });
});

describe("a store that is new", () => {
  it("is tried by one, and then takes as many as it may", () => {
    const world = new GateWorld({ runs: 2 });
    expect(["a", "b", "c", "d"].map((id) => world.enter(id))).toEqual(["in", "parked", "parked", "parked"]);
    world.gate.told("1", answered);
    expect(world.takeWoken()).toEqual(["b"]);
  });

  it("is not opened by what an earlier version answered", () => {
    const world = open({ runs: 2 });
    world.renew("2", { runs: 2 });
    world.gate.told("1", answered);
    expect(["a", "b"].map((id) => world.enter(id))).toEqual(["in", "parked"]);
  });

  it("does not wait for those who still hang in an earlier version", () => {
    const world = new GateWorld({ runs: 2 });
    world.enter("hangs");
    world.enter("waits");
    world.renew("2", { runs: 2 });
    expect(world.takeWoken()).toEqual(["waits"]);
    expect(world.enter("waits")).toBe("in");
    expect(world.enter("third")).toBe("parked");
  });
});

describe("a store that was silent", () => {
  it("for a moment is tried by one, and nobody is told", () => {
    const world = open({ runs: 2 });
    for (const id of ["a", "b", "c"]) world.enter(id);
    world.gate.told("1", silent);
    expect(world.enter("d")).toBe("parked");
    world.leave("a");
    world.gate.told("1", answered);
    expect(world.takeWoken()).toEqual(["c"]);
    world.clock.advance(5_000);
    expect(world.takeWoken()).toEqual([]);
    expect(world.closed).toBe(0);
  });

  it("is tried by one at a time, and the others are told so", () => {
    const world = open({ runs: 2 });
    for (const id of ["a", "b", "c", "d"]) world.enter(id);
    world.gate.told("1", silent);
    world.clock.advance(5_000);
    expect(world.takeWoken()).toEqual(["c", "d"]);
    expect(["c", "d"].map((id) => world.enter(id))).toEqual(["StoreUnavailable", "StoreUnavailable"]);
    world.leave("a");
    expect(world.takeWoken()).toEqual([]);
    world.leave("b");
    expect(world.takeWoken()).toEqual(["c"]);
    world.enter("c");
    world.gate.told("1", silent);
    world.leave("c");
    expect(world.takeWoken()).toEqual(["d"]);
    world.enter("d");
    world.gate.told("1", answered);
    expect([world.enter("e"), world.enter("f")]).toEqual(["in", "parked"]);
  });
});

describe("a store that refuses the login", () => {
  it("lets nobody in, tells all who wait, and none of their requests goes out", async () => {
    const world = open({ runs: 2 });
    for (const id of ["a", "b", "c"]) world.enter(id);
    world.gate.told("1", refused);
    expect(world.takeWoken()).toEqual(["c"]);
    await expect(world.gate.turn(signal)).rejects.toMatchObject({
      reason: "CredentialsRefused",
      message: "renew them",
    });
    world.leave("a");
    world.leave("b");
    expect(["a", "b", "c"].map((id) => world.enter(id))).toEqual(Array(3).fill("CredentialsRefused"));
    world.clock.advance(86_400_000);
    expect(world.takeWoken()).toEqual([]);
  });

  it("is tried by a check alone, when that is due and those inside have gone", async () => {
    const world = open({ checkEveryMs: 600_000 });
    world.enter("a");
    world.gate.told("1", refused);
    expect(world.enter("check", "Check")).toBe("CredentialsRefused");
    world.clock.advance(600_000);
    expect(world.enter("check", "Check")).toBe("CredentialsRefused");
    world.leave("a");
    expect(world.enter("check", "Check")).toBe("in");
    await world.gate.turn(signal);
    world.gate.told("1", refused);
    world.leave("check");
    expect(world.enter("check", "Check")).toBe("CredentialsRefused");
  });

  it("is open again when a check gets in, also for those whose login was refused", () => {
    const world = open({ runs: 2 });
    for (const id of ["a", "b", "c"]) world.enter(id);
    world.gate.told("1", refused);
    world.leave("a");
    world.leave("b");
    world.takeWoken();
    world.clock.advance(600_000);
    world.enter("check", "Check");
    world.gate.told("1", answered);
    world.leave("check");
    expect(world.takeWoken()).toEqual(["c", "a"]);
  });

  it("is not opened by an answer to somebody who was in before", () => {
    const world = open();
    world.enter("a");
    world.gate.told("1", refused);
    world.gate.told("1", answered);
    expect(world.enter("b")).toBe("CredentialsRefused");
  });

  it("tells a check when it may try, and whoever keeps its status that it is shut", () => {
    const world = open({ checkEveryMs: 600_000 });
    world.gate.told("1", refused);
    expect(world.closed).toBe(1);
    expect(checkWaits(world)).toBe(540);
  });

  it("tells a check that is due, but for somebody inside, to come again in 5 s, and not at once", () => {
    const world = open({ checkEveryMs: 600_000 });
    world.enter("hangs");
    world.gate.told("1", refused);
    world.clock.advance(600_000);
    expect(checkWaits(world)).toBe(5);
  });

  it("is never tried where there are no checks", () => {
    const world = open({ checkEveryMs: undefined });
    world.gate.told("1", refused);
    world.clock.advance(86_400_000);
    expect(world.enter("check", "Check")).toBe("CredentialsRefused");
  });

  it("is tried at once, by one, with another spec or other credentials", () => {
    const world = open();
    world.gate.told("1", refused);
    for (const id of ["a", "b", "c"]) world.enter(id);
    world.renew("2");
    expect(world.takeWoken()).toEqual(["a"]);
    expect([world.enter("a"), world.enter("b")]).toEqual(["in", "parked"]);
    world.gate.told("1", refused);
    world.gate.told("2", answered);
    expect(world.takeWoken()).toEqual(["b", "c"]);
  });
});

describe("a store that asks for a pause", () => {
  it("is left alone by all until then", async () => {
    const world = open({ runs: 2 });
    world.enter("a");
    world.gate.told("1", { store: "Paused", until: new Date(Date.now() + 40_000) });
    world.leave("a");
    expect(world.enter("b")).toBe("parked");
    await expect(world.gate.turn(signal)).rejects.toMatchObject({ reason: "StoreThrottled" });
    world.clock.advance(39_000);
    expect(world.takeWoken()).toEqual([]);
    world.clock.advance(1_000);
    expect(world.takeWoken()).toEqual(["b"]);
    await world.gate.turn(signal);
  });

  it("for a year is asked again after an hour", () => {
    const world = open();
    world.gate.told("1", { store: "Paused", until: new Date(Date.now() + 365 * 86_400_000) });
    world.enter("a");
    world.clock.advance(3_600_000);
    expect(world.takeWoken()).toEqual(["a"]);
  });
});
