import { describe, expect, it } from "vitest";
import { errorOfAnswer, errorOfStatus } from "./status.ts";

function statusText(fields: object): string {
  return JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", ...fields });
}

describe("the error of an answer", () => {
  it("takes reason and message from the Status", () => {
    const error = errorOfAnswer(
      409,
      statusText({ reason: "AlreadyExists", message: 'secrets "a" already exists', code: 409 }),
    );
    expect(error).toMatchObject({ reason: "AlreadyExists", status: 409, message: 'secrets "a" already exists' });
  });

  it("falls back to the code when the Status has a reason nobody knows", () => {
    expect(errorOfAnswer(403, statusText({ reason: "Novel", code: 403 })).reason).toBe("Forbidden");
  });

  it("reads what is not a Status as text of a proxy, cut and cleaned", () => {
    const error = errorOfAnswer(502, `<html>\u0007\nbad gateway${"x".repeat(500)}`);
    expect(error.reason).toBe("Unknown");
    expect(error.status).toBe(502);
    expect(error.message).toMatch(/^HTTP 502: <html> bad gatewayx+$/);
    expect(error.message.length).toBeLessThan(220);
  });

  it("takes Retry-After from the header", () => {
    expect(errorOfAnswer(429, "", "7").retryAfterSeconds).toBe(7);
  });

  it("takes Retry-After from the Status when there is no header", () => {
    const text = statusText({ reason: "ServerTimeout", code: 504, details: { retryAfterSeconds: 2 } });
    expect(errorOfAnswer(504, text).retryAfterSeconds).toBe(2);
  });

  it("ignores a Retry-After that is no number of seconds", () => {
    expect(errorOfAnswer(429, "", "Wed, 21 Oct 2026 07:28:00 GMT").retryAfterSeconds).toBeUndefined();
  });

  it("cuts a long message to 1,024 characters", () => {
    expect(errorOfAnswer(422, statusText({ message: "m".repeat(5000) })).message).toHaveLength(1024);
  });
});

describe("the error of a watch's ERROR event", () => {
  it("is Expired for 410", () => {
    const error = errorOfStatus({ kind: "Status", reason: "Expired", code: 410, message: "too old resource version" });
    expect(error).toMatchObject({ reason: "Expired", status: 410, message: "too old resource version" });
  });

  it("is Unknown when the event holds no Status", () => {
    expect(errorOfStatus("boom").reason).toBe("Unknown");
  });
});
