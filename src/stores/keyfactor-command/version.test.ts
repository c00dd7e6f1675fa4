import { expect, it } from "vitest";
import { CommandVersion } from "./version.ts";

it.each([
  ["10.5.0.0", true],
  ["12.3.1.0", true],
  ["12.4.0.0", false],
  ["24.3.0.0", true],
  ["24.4.0.0", false],
  ["25.1.1.0", false],
  ["unknown", false],
])("%s lacks owner roles: %s", (text, lacks) => {
  expect(new CommandVersion(text).lacksOwners).toBe(lacks);
});

it("that is not known is neither before nor since another one", () => {
  const unknown = new CommandVersion(undefined);
  expect([unknown.text, unknown.since(11), unknown.before(11)]).toEqual([undefined, false, false]);
});

it("compares numbers, not text", () => {
  expect(new CommandVersion("25.10.0.0").since(25, 2)).toBe(true);
  expect(new CommandVersion("9.4.0.0").since(10)).toBe(false);
});
