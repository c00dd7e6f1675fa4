import { expect, it } from "vitest";
import type { DeliveryRecord, PreviousPlace } from "../../crds/index.ts";
import { leftBy, samePlace, withGone, withJobLeft, withLeft, withReplaced } from "./left.ts";

const job = { ids: ["7"], state: "new", submittedAt: "2026-06-01T00:00:00Z" };

function record(address: string, more: Partial<DeliveryRecord> = {}, key = address): DeliveryRecord {
  const place = { storeRef: { name: "command" }, address, key, deletionPolicy: "Retain" as const };
  return { phase: "Delivered", place, ...more };
}

const coming = { ...job, fingerprint: "k:1" };
const open = { job: coming };
const nothing = { previous: [] };

it("is told of the job that was on its way to the place that a target has left, also under Retain", () => {
  expect(withLeft(nothing, "t", record("a"), record("b")).previous).toEqual([]);
  expect(withLeft(nothing, "t", record("a", open), record("b")).previous).toEqual([
    { target: "t", place: record("a").place, job: coming },
  ]);
});

it("is told of the jobs of targets that are gone", () => {
  const gone = new Map([
    ["s", record("a")],
    ["t", record("b", open)],
  ]);
  expect(withGone(nothing, gone).previous.map(({ target }) => target)).toEqual(["t"]);
});

it("tells a removal's own job from one of a delivery", () => {
  const removing = { job: { ...job, fingerprint: "removal:1" } };
  expect(leftBy("t", record("a", removing))[0]?.job).toEqual(job);
  expect(leftBy("t", record("a", open))[0]?.job).toEqual(coming);
});

it("hands the job on its way to a place to the target that wants that now, whichever left it", () => {
  const [left] = leftBy("t", record("a", open));
  const there = left === undefined ? [] : [left];
  const taken: DeliveryRecord = { ...record("a", open), phase: "Pending" };
  expect(withJobLeft({ phase: "Pending" }, there)).toEqual(taken);
  expect(withJobLeft(record("b", { deliverNow: "now" }), there)).toEqual({ ...taken, deliverNow: "now" });
  expect(withJobLeft(record("a"), there)).toEqual(record("a"));
  const clearing = there.map((entry): PreviousPlace => ({ ...entry, job }));
  expect(withJobLeft({ phase: "Pending" }, clearing)).toEqual({ phase: "Pending" });

  expect(withLeft({ previous: there }, "u", undefined, taken).previous).toEqual([]);
  const deleted = there.map((entry): PreviousPlace => ({
    ...entry,
    place: { ...entry.place, deletionPolicy: "Delete" },
  }));
  expect(withLeft({ previous: deleted }, "u", undefined, taken).previous.map((entry) => entry.job)).toEqual([
    undefined,
  ]);
  expect(withLeft({ previous: deleted }, "u", taken, taken).previous).toEqual(deleted);
});

it("keeps what was replaced at a target's place beside that, once, until it is gone back to", () => {
  const now = record("a", {}, "new");
  const replaced: PreviousPlace = {
    target: "t",
    place: { storeRef: { name: "command" }, address: "a", key: "old", deletionPolicy: "Delete" },
    replaced: true,
  };
  const noted = withReplaced(nothing, "t", now, "old");
  expect(noted.previous).toEqual([replaced]);
  expect(withReplaced(noted, "t", now, "old").previous).toEqual([replaced]);
  expect(withReplaced(noted, "t", now, "older").previous.map(({ place }) => place.key)).toEqual(["old", "older"]);
  expect(withLeft(noted, "t", now, now).previous).toEqual([replaced]);
  expect(withLeft(noted, "u", undefined, record("a", {}, "old")).previous).toEqual([replaced]);
  expect(withLeft(noted, "t", now, record("a", {}, "old")).previous).toEqual([]);
});

it("never takes what was replaced for what lies there", () => {
  const [current] = leftBy("t", record("a", {}, "old"));
  const [replaced] = withReplaced(nothing, "t", record("a", {}, "new"), "old").previous;
  expect(current && replaced && samePlace(current, replaced)).toBe(false);
});

it("has nothing that was replaced where the name is the same", () => {
  expect(withReplaced(nothing, "t", record("a"), "a").previous).toEqual([]);
  expect(withReplaced(nothing, "t", record("a"), undefined).previous).toEqual([]);
});
