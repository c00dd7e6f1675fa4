import { describe, expect, it } from "vitest";
import { secrets, told } from "./material.ts";
import { findRun, runsOf } from "./runs.ts";

describe("the search for leaks", () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${"QUJD".repeat(16)}\n${"abcDEF0123456789".repeat(4)}\n-----END PRIVATE KEY-----\n`;

  it.each([
    ["as it is", "abcDEF0123456789abcDEF"],
    ["as bytes in hex", Buffer.from("abcDEF0123456789".repeat(2), "base64").toString("hex")],
    ["as base64 of the whole text", Buffer.from(key).toString("base64").slice(60, 100)],
    ["within other text", `{"message":"oh abcDEF0123456789abc"}`],
  ])("finds a key %s", (_, text) => {
    expect(findRun(text, runsOf(key))).toBeDefined();
  });

  it("finds a password", () => {
    expect(findRun("the password is correct-horse-battery", runsOf("correct-horse-battery"))).toBeDefined();
  });

  it("does not take a certificate's armour for a key", () => {
    expect(findRun("-----BEGIN PRIVATE KEY----- is expected", runsOf(key))).toBeUndefined();
  });
});

// Runs after all integration tests, over all that every operator in them has told (vitest.config.ts, groupOrder).
describe("what the operator told in all integration tests", () => {
  it("is there: logs at the finest level, events, statuses and metrics", () => {
    const kinds = new Set(told().map(({ what }) => what.split("-")[0]));
    expect(kinds).toEqual(new Set(["events", "log", "metrics", "status"]));
    const logs = told().filter(({ what }) => what.startsWith("log"));
    expect(logs.every(({ text }) => text.includes('"level":"info"'))).toBe(true);
    // Not every operator has something to tell there.
    expect(logs.some(({ text }) => text.includes('"level":"debug"'))).toBe(true);
    expect(secrets().length).toBeGreaterThan(5);
  });

  // Many megabytes, character by character.
  it("holds no run of 16 characters of any key or password", { timeout: 120_000 }, () => {
    const runs = new Set(secrets().flatMap((secret) => [...runsOf(secret)]));
    const leaks = told().flatMap(({ what, text }) => {
      const run = findRun(text, runs);
      return run === undefined
        ? []
        : [`${what}: ...${text.slice(Math.max(0, text.indexOf(run) - 80), text.indexOf(run))}`];
    });
    expect(leaks).toEqual([]);
  });
});
