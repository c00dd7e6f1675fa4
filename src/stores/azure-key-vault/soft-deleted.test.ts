import type { DeletedCertificate } from "@azure/keyvault-certificates";
import { expect, it } from "vitest";
import { fateOf } from "./soft-deleted.ts";

function deleted(recoveryLevel: string): DeletedCertificate {
  const scheduledPurgeDate = new Date("2026-03-01T00:00:00Z");
  return { name: "web", properties: { recoveryLevel }, scheduledPurgeDate };
}

it("nothing is done without a word, and the message has the ways out", () => {
  expect(fateOf(deleted("Recoverable+Purgeable"))).toEqual({
    does: "Nothing",
    obstacle: {
      reason: "SoftDeleted",
      message:
        "The name web is taken by a deleted certificate, which the vault keeps until 2026-03-01T00:00:00Z. Set softDeleted to Recover or Purge, wait until the vault purges it by itself, or choose another name.",
    },
  });
});

it("what the word says is done", () => {
  expect(fateOf(deleted("Recoverable"), "Recover")).toEqual({ does: "Recover" });
  expect(fateOf(deleted("CustomizedRecoverable+Purgeable"), "Purge")).toEqual({ does: "Purge" });
});

it.each(["Recoverable", "Recoverable+ProtectedSubscription", "CustomizedRecoverable", ""])(
  "%j cannot be purged",
  (level) => {
    expect(fateOf(deleted(level), "Purge")).toMatchObject({ does: "Nothing", obstacle: { reason: "PurgeProtected" } });
  },
);
