import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import { outcomeOf } from "./outcome.ts";

const place = { storeRef: { name: "command" }, address: "command/web01", key: "k", deletionPolicy: "Retain" as const };
const job = { ids: ["7"], state: "", submittedAt: "2026-05-31T23:00:00Z", fingerprint: "k:1" };
const opened: DeliveryRecord = { phase: "InProgress", reason: "NotThere", place };
const followed: DeliveryRecord = { phase: "InProgress", reason: "JobSubmitted", message: "m", place, job };

describe("what is told of a job", () => {
  it("is that it was submitted, once", () => {
    expect(outcomeOf(opened, followed)).toEqual({
      type: "Normal",
      outcome: "JobSubmitted",
      message: "The store has accepted the certificate for command/web01, and brings it there as job 7.",
    });
    expect(outcomeOf(followed, { ...followed, reason: "JobRunning" })).toBeUndefined();
    expect(outcomeOf(followed, { ...followed, job: { ...job, ids: ["8"] } })?.outcome).toBe("JobSubmitted");
  });

  it("is nothing where it is another try of what has failed", () => {
    expect(outcomeOf({ ...opened, failures: 1 }, { ...followed, failures: 1 })).toBeUndefined();
  });

  it("is that nobody begins it, once", () => {
    const idle: DeliveryRecord = { ...followed, reason: "JobNotPickedUp", message: "Look after agent web01." };
    const told = { type: "Warning", outcome: "JobNotPickedUp", message: "Look after agent web01." };
    expect(outcomeOf(followed, idle)).toEqual(told);
    expect(outcomeOf(idle, idle)).toBeUndefined();
  });

  it("is how it has ended", () => {
    const failed: DeliveryRecord = { phase: "Failed", reason: "JobFailed", message: "No rights.", place };
    expect(outcomeOf(followed, failed)).toEqual({ type: "Warning", outcome: "JobFailed", message: "No rights." });
    const delivered: DeliveryRecord = { phase: "Delivered", place, deliveredAt: "2026-06-01T00:00:00Z" };
    expect(outcomeOf(followed, delivered)?.message).toBe("The certificate is in command/web01.");
  });

  it("is nothing of a write that is only opened", () => {
    expect(outcomeOf(undefined, opened)).toBeUndefined();
  });
});
