import { expect, it } from "vitest";
import { milliseconds } from "./duration.ts";

it.each([
  ["0", 0],
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["1h0m5s", 3_605_000],
])("%s is %d ms", (text, ms) => {
  expect(milliseconds(text)).toBe(ms);
});
