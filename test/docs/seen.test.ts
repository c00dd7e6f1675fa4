import { describe, expect, it } from "vitest";
import { isSeen } from "./seen.ts";

describe("what a page says one sees", () => {
  it.each([
    ["the same", "a b\nc", "a b\nc\n", true],
    ["other widths of columns", "NAME   READY\nweb    True", "NAME READY\nweb  True", true],
    ["another age", "web  True  5s", "web True 2m13s", true],
    ["no age", "web  True  5s", "web True soon", false],
    ["another time", "until 2026-01-01T00:00:00Z.", "until 2030-05-06T07:08:09.123Z.", true],
    ["another uid", "at 7b3c2f6e-0000-4000-8000-000000000001/a", "at 11111111-2222-4333-8444-555555555555/a", true],
    ["another digest", "owner/7c9e12ab34cd", "owner/0123456789ab", true],
    ["another word", "web True", "web False", false],
    ["a line more", "a", "a\nb", false],
    ["a line less", "a\nb", "a", false],
    ["anything within a line", "a ... d", "a b c d", true],
    ["not anything across lines", "a ... d", "a b\nc d", false],
    ["any lines, also none", "a\n...\nb\n...", "a\nx\ny\nb", true],
    ["what only looks like a pattern", "a.c (1)", "abc (1)", false],
  ])("takes, or not, %s", (_, told, seen, expected) => {
    expect(isSeen(told, seen)).toBe(expected);
  });
});
