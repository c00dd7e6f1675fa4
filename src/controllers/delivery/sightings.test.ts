import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../delivery/index.ts";
import { Sightings } from "./sightings.ts";

/** Opened at nine by the clock of whoever opened it; it may be under way for 90 s. */
const opened: DeliveryRecord = {
  phase: "InProgress",
  attempt: {
    number: 3,
    fingerprint: "1.abc",
    startedAt: "2026-01-01T09:00:00.000Z",
    deadline: "2026-01-01T09:01:30.000Z",
  },
};
const key = "shop/web";
const opening = { initial: false };
const noon = new Date("2026-01-01T12:00:00.000Z");

function sightings() {
  const clock = { now: 1_000 };
  return { clock, seen: new Sightings(() => clock.now) };
}

describe("an attempt of another leader, by a clock that is three hours ahead of that one's", () => {
  it("is left alone for its whole time, counted from when it was seen being opened", () => {
    const { clock, seen } = sightings();
    seen.note(key, new Map([["edge", opened]]), opening);
    clock.now += 20_000;
    expect(seen.byOurClock(key, "edge", opened, noon).attempt).toEqual({
      number: 3,
      fingerprint: "1.abc",
      startedAt: "2026-01-01T11:59:40.000Z",
      deadline: "2026-01-01T12:01:10.000Z",
    });
  });

  it("is not waited for longer because its times were told anew", () => {
    const { clock, seen } = sightings();
    seen.note(key, new Map([["edge", opened]]), opening);
    clock.now += 20_000;
    const anew = seen.byOurClock(key, "edge", opened, noon);
    seen.note(key, new Map([["edge", anew]]), opening);
    clock.now += 71_000;
    const later = new Date("2026-01-01T12:01:11.000Z");
    expect(seen.byOurClock(key, "edge", anew, later)).toBe(anew);
  });

  it("counts as over when its time has passed on our monotonic clock", () => {
    const { clock, seen } = sightings();
    seen.note(key, new Map([["edge", opened]]), opening);
    clock.now += 90_000;
    expect(seen.byOurClock(key, "edge", opened, noon)).toBe(opened);
  });

  it("has only its own times to go by where it was there when this process started, whatever changes beside it", () => {
    const { seen } = sightings();
    seen.note(key, new Map([["edge", opened]]), { initial: true });
    seen.note(key, new Map([["edge", opened]]), { initial: false });
    expect(seen.byOurClock(key, "edge", opened, noon)).toBe(opened);
  });

  it("has only its own times to go by where nobody here saw it being opened, or where it is another one", () => {
    const { seen } = sightings();
    expect(seen.byOurClock(key, "edge", opened, noon)).toBe(opened);
    const next = { ...opened, attempt: { ...opened.attempt, number: 4 } } as DeliveryRecord;
    seen.note(key, new Map([["edge", next]]), opening);
    expect(seen.byOurClock(key, "edge", opened, noon)).toBe(opened);
    seen.forget(key);
    expect(seen.byOurClock(key, "edge", next, noon)).toBe(next);
  });
});

it("an attempt whose deadline our clock has not reached is left as it is", () => {
  const { seen } = sightings();
  seen.note(key, new Map([["edge", opened]]), opening);
  expect(seen.byOurClock(key, "edge", opened, new Date("2026-01-01T09:01:00.000Z"))).toBe(opened);
});
