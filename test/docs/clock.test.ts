import { expect, it } from "vitest";
import { byDay } from "./clock.ts";

it.each([
  ["2026-11-27T23:59:59.000Z", "2026-11-27T23:59:59.000Z"],
  ["2026-11-28T00:00:00.000Z", "2026-11-28T04:00:00.000Z"],
  ["2026-11-28T03:59:59.000Z", "2026-11-28T07:59:59.000Z"],
  ["2026-11-28T04:00:00.000Z", "2026-11-28T04:00:00.000Z"],
])("a reader's clock is never in the small hours of Saturday: at %s it shows %s", (at, shown) => {
  expect(byDay(new Date(at)).toISOString()).toBe(shown);
});
