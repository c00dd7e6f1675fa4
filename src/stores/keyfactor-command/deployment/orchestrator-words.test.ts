import { expect, it } from "vitest";
import { orchestratorWords } from "./orchestrator-words.ts";

it("are on one line, cut", () => {
  expect(orchestratorWords(`no\r\naccess\u0007 ${"x".repeat(500)}`, [])).toBe(`no access ${"x".repeat(149)}…`);
});

it("have no secret, and no part of one where they are cut", () => {
  expect(orchestratorWords(`${"x".repeat(155)} top secret`, ["top secret"])).toBe(`${"x".repeat(155)} ***`);
});
