import { expect, it } from "vitest";
import { isNewer } from "./versions.ts";

it.each([
  ["10", "9", true],
  ["9", "10", false],
  ["7", "7", false],
  ["18446744073709551615", "18446744073709551614", true],
  ["abc", "9", undefined],
  ["9", "0x1", undefined],
  [undefined, "9", undefined],
  ["9", undefined, undefined],
])("%s newer than %s: %s", (version, than, expected) => {
  expect(isNewer(version, than)).toBe(expected);
});
