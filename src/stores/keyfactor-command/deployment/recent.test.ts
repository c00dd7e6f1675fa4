import { expect, it } from "vitest";
import { Receipts } from "./receipts.ts";
import { Recent } from "./recent.ts";

it("remembers the newest 10,000, and forgets the oldest for one more", () => {
  const recent = new Recent<number>();
  for (let number = 1; number <= 10_000; number += 1) recent.note(`n${number}`, number);
  expect(recent.has("n1")).toBe(true);
  recent.note("n10001", 10_001);
  expect([recent.has("n1"), recent.has("n2"), recent.has("n10001")]).toEqual([false, true, true]);
  expect([...recent.entries()]).toHaveLength(10_000);
});

it("takes what is noted again for new", () => {
  const recent = new Recent<true>();
  for (let number = 1; number <= 10_000; number += 1) recent.note(`n${number}`, true);
  recent.note("n1", true);
  recent.note("n10001", true);
  expect([recent.has("n1"), recent.has("n2")]).toEqual([true, false]);
});

it("bounds the jobs of others that a place is told of", () => {
  const receipts = new Receipts();
  for (let number = 1; number <= 10_001; number += 1) receipts.note(`Job${number}`, "there");
  const told = receipts.ofOthers("here");
  expect([told.size, told.has("job1"), told.has("job10001")]).toEqual([10_000, false, true]);
});
