import { describe, expect, it } from "vitest";
import { KubeError, type KubeErrorReason } from "./errors.ts";
import { retryDelay } from "./retry.ts";

interface Fields {
  status?: number;
  retryAfterSeconds?: number;
  sent?: boolean;
}

function delay(method: string, reason: KubeErrorReason, fields: Fields = {}, tries = 1): number | undefined {
  return retryDelay(method, new KubeError(reason, "", fields), tries, 0);
}

describe("a failed request is sent again", () => {
  it.each(["GET", "POST", "PATCH", "PUT", "DELETE"])("for %s when the server turned it away with 429", (method) => {
    expect(delay(method, "TooManyRequests", { status: 429, retryAfterSeconds: 3 })).toBe(3000);
  });

  it("soon when the 429 says no time", () => {
    expect(delay("POST", "TooManyRequests", { status: 429 })).toBe(50);
  });

  it("for a read when the connection broke", () => {
    expect(delay("GET", "ConnectionFailed", { sent: true })).toBe(50);
  });

  it.each(["POST", "PATCH", "PUT", "DELETE"])("for %s when it never left", (method) => {
    expect(delay(method, "ConnectionFailed", { sent: false })).toBe(50);
  });

  it("for a read when a 5xx asks to come again", () => {
    expect(delay("GET", "ServiceUnavailable", { status: 503, retryAfterSeconds: 1 })).toBe(1000);
  });

  it("later every time, and spread", () => {
    const error = new KubeError("ConnectionFailed", "", { sent: false });
    expect([1, 2, 3].map((tries) => retryDelay("GET", error, tries, 0))).toEqual([50, 150, 450]);
    expect(retryDelay("GET", error, 1, 0.5)).toBe(75);
  });
});

describe("a failed request is not sent again", () => {
  it.each(["POST", "PATCH", "PUT", "DELETE"])("for %s when it may have been executed", (method) => {
    expect(delay(method, "ConnectionFailed", { sent: true })).toBeUndefined();
    expect(delay(method, "Timeout", { sent: true })).toBeUndefined();
    expect(delay(method, "ServiceUnavailable", { status: 503, retryAfterSeconds: 1 })).toBeUndefined();
  });

  it.each<KubeErrorReason>(["NotFound", "Conflict", "Forbidden", "MalformedAnswer", "Aborted", "Timeout"])(
    "for a read after %s",
    (reason) => {
      expect(delay("GET", reason)).toBeUndefined();
    },
  );

  it("for a read after a 500 that asks for nothing", () => {
    expect(delay("GET", "InternalError", { status: 500 })).toBeUndefined();
  });

  it("when the server wants more patience than 30 s: the caller has better things to do", () => {
    expect(delay("GET", "TooManyRequests", { status: 429, retryAfterSeconds: 31 })).toBeUndefined();
  });

  it("after four failed connections or six 429", () => {
    expect(delay("GET", "ConnectionFailed", { sent: false }, 4)).toBeUndefined();
    expect(delay("GET", "TooManyRequests", { status: 429 }, 5)).toBe(4050);
    expect(delay("GET", "TooManyRequests", { status: 429 }, 6)).toBeUndefined();
  });
});
