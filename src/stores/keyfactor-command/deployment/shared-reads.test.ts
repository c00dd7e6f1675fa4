import { expect, it } from "vitest";
import { SharedReads } from "./shared-reads.ts";

function counting(): {
  reads: SharedReads<number>;
  read: () => Promise<number>;
  clock: { now: number };
  count: () => number;
} {
  const clock = { now: 0 };
  let count = 0;
  const read = (): Promise<number> => Promise.resolve((count += 1));
  return { reads: new SharedReads(1_000, () => clock.now), read, clock, count: () => count };
}

const signal = new AbortController().signal;

it("reads once for all who ask within the age that they take", async () => {
  const { reads, read, clock } = counting();
  expect(await Promise.all([reads.get("a", 100, read, signal), reads.get("a", 100, read, signal)])).toEqual([1, 1]);
  clock.now = 99;
  expect(await reads.get("a", 100, read, signal)).toBe(1);
  clock.now = 100;
  expect(await reads.get("a", 100, read, signal)).toBe(2);
});

it("reads anew for who takes nothing that was read before", async () => {
  const { reads, read } = counting();
  await reads.get("a", 100, read, signal);
  expect(await reads.get("a", 0, read, signal)).toBe(2);
  expect(await reads.get("a", 100, read, signal)).toBe(2);
});

it("keeps apart what is asked for under another key", async () => {
  const { reads, read } = counting();
  await reads.get("a", 100, read, signal);
  expect(await reads.get("b", 100, read, signal)).toBe(2);
});

it("forgets what failed", async () => {
  const { reads, read } = counting();
  await expect(reads.get("a", 100, () => Promise.reject(new Error("down")), signal)).rejects.toThrow("down");
  expect(await reads.get("a", 100, read, signal)).toBe(1);
});

it("goes on for the others when one who waits is cancelled", async () => {
  const { reads } = counting();
  const answer = Promise.withResolvers<number>();
  const cancelled = new AbortController();
  const first = reads.get("a", 100, () => answer.promise, cancelled.signal);
  const second = reads.get("a", 100, () => answer.promise, signal);
  cancelled.abort(new Error("cancelled"));
  await expect(first).rejects.toThrow("cancelled");
  answer.resolve(7);
  expect(await second).toBe(7);
});
