import { describe, expect, it } from "vitest";
import { retryAfterOf, unavailable } from "./unavailable.ts";

const now = new Date("2030-01-01T00:00:00Z");
const where = { host: "command.example.com", now };

describe("an answer that says not now", () => {
  it.each<[number, string | undefined, "no" | "unknown"]>([
    [408, undefined, "no"],
    [429, undefined, "no"],
    [429, "7", "no"],
    [503, "7", "no"],
    [503, undefined, "unknown"],
    [503, "soon", "unknown"],
    [500, undefined, "unknown"],
    [500, "7", "unknown"],
    [502, undefined, "unknown"],
    [504, "7", "unknown"],
    [599, undefined, "unknown"],
  ])("of %i with Retry-After %s tells that a write happened: %s", (status, retryAfter, happened) => {
    const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    const error = unavailable({ status, headers }, { ...where, reads: false });
    expect(error).toMatchObject({ name: "TransientError", reason: "StoreUnavailable", happened, silent: false });
    expect(error?.retryAfter).toEqual(retryAfter === "7" ? new Date("2030-01-01T00:00:07Z") : undefined);
    expect(unavailable({ status, headers }, { ...where, reads: true })?.happened).toBe("no");
  });

  it("names the host and the status", () => {
    expect(unavailable({ status: 504, headers: {} }, { ...where, reads: true })?.message).toBe(
      "command.example.com answers HTTP 504 (what is behind its gateway does not answer); it is tried again.",
    );
  });

  it.each([200, 204, 400, 401, 403, 404, 409, 413, 600])("is not %i", (status) => {
    expect(unavailable({ status, headers: { "retry-after": "7" } }, { ...where, reads: true })).toBeUndefined();
  });
});

describe("Retry-After", () => {
  it.each<[string, string]>([
    ["0", "2030-01-01T00:00:00.000Z"],
    [" 120 ", "2030-01-01T00:02:00.000Z"],
    ["Tue, 01 Jan 2030 00:01:00 GMT", "2030-01-01T00:01:00.000Z"],
    ["Mon, 31 Dec 2029 23:00:00 GMT", "2030-01-01T00:00:00.000Z"],
    ["999999999", "2030-01-02T00:00:00.000Z"],
    ["Tue, 01 Jan 2999 00:00:00 GMT", "2030-01-02T00:00:00.000Z"],
  ])("of %j is %s", (text, expected) => {
    expect(retryAfterOf({ "retry-after": text }, now)?.toISOString()).toBe(expected);
  });

  it.each(["", "soon", "-1", "1.5", "9999999999", "2030-01-01T00:01:00Z", "1, 2", "Tue, 99 Foo 2030 00:01:00 GMT"])(
    "of %j is none",
    (text) => {
      expect(retryAfterOf({ "retry-after": text }, now)).toBeUndefined();
    },
  );
});
