import { expect, it } from "vitest";
import { backOff } from "./backoff.ts";

const now = new Date("2026-01-01T00:00:00Z");

it.each([
  [0, 0.5, "2026-01-01T00:00:05.000Z"],
  [1, 0.5, "2026-01-01T00:00:10.000Z"],
  [6, 0.5, "2026-01-01T00:05:20.000Z"],
  [7, 0.5, "2026-01-01T00:10:00.000Z"],
  [1000, 0.5, "2026-01-01T00:10:00.000Z"],
  [0, 0, "2026-01-01T00:00:04.500Z"],
])("after %d failures, with chance %d, it is tried again at %s", (failures, random, at) => {
  expect(backOff(failures, now, random).toISOString()).toBe(at);
});
