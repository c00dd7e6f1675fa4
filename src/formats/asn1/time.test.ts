import { describe, expect, it } from "vitest";
import { Reader } from "./reader.ts";
import { GENERALIZED_TIME, UTC_TIME } from "./tags.ts";
import { readTime } from "./time.ts";
import { tlv } from "./writer.ts";

const read = (tag: number, text: string): Date => readTime(Reader.of(tlv(tag, Buffer.from(text)), { what: "a time" }));

describe("readTime", () => {
  it.each([
    [UTC_TIME, "260301120000Z", "2026-03-01T12:00:00.000Z"],
    [UTC_TIME, "491231235959Z", "2049-12-31T23:59:59.000Z"],
    [UTC_TIME, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59.000Z"],
  ])("reads tag %i %s", (tag, text, iso) => {
    expect(read(tag, text).toISOString()).toBe(iso);
  });

  it.each([
    [UTC_TIME, "2603011200Z"],
    [UTC_TIME, "260301120000+0100"],
    [GENERALIZED_TIME, "20260301120000.5Z"],
    [UTC_TIME, ""],
  ])("gives no date for tag %i %s", (tag, text) => {
    expect(read(tag, text).getTime()).toBeNaN();
  });
});
