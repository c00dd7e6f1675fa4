import * as z from "zod";
import { hex, objectName, time } from "./fields.ts";

export const adoptionPolicy = z
  .enum(["Never", "IfMatching", "Always"])
  .describe(
    "Whether a place that holds something without our mark is taken over: never; when the same leaf, subject and names, or public key lies there; or always.",
  );
export const deletionPolicy = z
  .enum(["Retain", "Delete"])
  .describe("What happens to what was written when this resource, or this target, goes.");
export const driftPolicy = z
  .enum(["Repair", "Report"])
  .describe("What happens when the place was changed by someone else.");
export const downgradePolicy = z
  .enum(["Refuse", "Allow"])
  .describe("Whether a certificate issued earlier and expiring earlier than the one in place may replace it.");

/** The four policies with their values; a target leaves out what it does not override. */
export interface PolicySet {
  adoptionPolicy: z.infer<typeof adoptionPolicy>;
  deletionPolicy: z.infer<typeof deletionPolicy>;
  driftPolicy: z.infer<typeof driftPolicy>;
  downgradePolicy: z.infer<typeof downgradePolicy>;
}

export const storeRef = z
  .object({
    kind: z
      .enum(["CertificateStore", "ClusterCertificateStore"])
      .optional()
      .describe("Kind of the store; CertificateStore when unset."),
    name: objectName.describe("Name of the store; a CertificateStore is in the same namespace."),
  })
  .describe("The store to deliver into.");
export type StoreRef = z.infer<typeof storeRef>;

const fingerprint = z.string().max(160);

const recordPlace = z.object({
  storeRef,
  address: z.string().max(1024).describe("Canonical address of the place."),
  key: z.string().max(2048).describe("What removal needs to find the place again."),
  deletionPolicy,
});

const job = z.object({
  ids: z
    .array(z.string().max(64))
    .max(8)
    .meta({ "x-kubernetes-list-type": "atomic" })
    .describe("Its ids in the store."),
  state: z.string().max(256).describe("Where it stands, in the store's words."),
  submittedAt: time.describe("When the store was given it."),
});

/** What is known of one delivery: one place that shall hold one bundle. */
export const deliveryRecord = z.object({
  phase: z
    .enum(["Pending", "Waiting", "InProgress", "Delivered", "Drifted", "Blocked", "Failed", "Suspended"])
    .describe("Where the delivery stands."),
  reason: z.string().max(128).optional().describe("Why, as a stable word in CamelCase."),
  message: z.string().max(256).optional().describe("What it means and what to do next."),
  place: recordPlace.optional().describe("Where it was last written."),
  remote: z
    .object({
      id: z.string().max(1024).describe("Name of what lies in the place, in the store's own words."),
      version: z.string().max(256).optional().describe("Its version, where the store has one."),
      sha256: hex.optional().describe("SHA-256 of the leaf there."),
      notAfter: time.optional().describe("When the leaf there expires."),
      observedAt: time.describe("When this was first seen there."),
    })
    .optional()
    .describe("What lies in the place."),
  fingerprint: fingerprint.optional().describe("Keyed digest of everything that shaped the last write."),
  plan: z
    .object({
      action: z.string().max(32).describe("What would be done: Create, Update or NoChange."),
      reason: z.string().max(128).describe("Why it would be done."),
      changes: z.array(z.string().max(256)).max(32).optional().describe("What would change; names only."),
    })
    .optional()
    .describe("What is held back, while something waits, is suspended or refused."),
  attempt: z
    .object({
      number: z.int().min(1).describe("Counts the tries of this delivery."),
      fingerprint: fingerprint.describe("Fingerprint of what is being written."),
      startedAt: time.describe("When the try began."),
      deadline: time.describe("Until then the store may still be at it, and nothing is tried again."),
      answeredAt: time.optional().describe("When the store said that it was written, though it shows something else."),
    })
    .optional()
    .describe("The write under way; absent otherwise."),
  job: job
    .extend({ fingerprint: fingerprint.describe("Fingerprint of what it brings to the place.") })
    .optional()
    .describe("What the store has accepted and carries out later; absent otherwise."),
  failures: z.int().min(0).optional().describe("Failures in a row."),
  failureFingerprint: fingerprint
    .optional()
    .describe("Keyed digest of the inputs that the failures were counted under."),
  nextAttemptTime: time.optional().describe("When it is tried again."),
  deliverNow: z
    .string()
    .max(128)
    .optional()
    .describe("Request of certferry.io/deliver-now that this delivery has not used yet."),
  deliveredAt: time.optional().describe("When the place was last written, or first seen to hold the certificate."),
});
export type DeliveryRecord = z.infer<typeof deliveryRecord>;

/**
 * A place that was written and that the spec names no longer: it is removed once the new place holds the certificate. Under Retain
 * it is there only for a job that is to be taken back.
 */
const previousPlace = z.object({
  target: z.string().max(63).optional().describe("The target that wrote it."),
  place: recordPlace.describe("Where it lies."),
  job: job
    .extend({
      fingerprint: fingerprint
        .optional()
        .describe("Fingerprint of what it brings there; absent where it carries out the removal."),
    })
    .optional()
    .describe("What the store has accepted to do there, and has not done yet."),
  replaced: z
    .boolean()
    .optional()
    .describe("True for what was written at the target's place under another name before, and is to be removed alone."),
  reason: z.string().max(128).optional().describe("Why it could not be removed yet, as a stable word in CamelCase."),
  message: z.string().max(256).optional().describe("What failed and what to do next."),
  failures: z.int().min(0).optional().describe("Failed removals in a row."),
  failureFingerprint: fingerprint.optional().describe("Digest of the inputs that the failures were counted under."),
  nextAttemptTime: time.optional().describe("When the removal is tried again."),
});
export type PreviousPlace = z.infer<typeof previousPlace>;

export const previous = z
  .array(previousPlace)
  .max(64)
  .meta({ "x-kubernetes-list-type": "atomic" })
  .describe("Places to be removed that the spec names no longer.");

/** One change of a delivery's outcome. */
export const historyEntry = z.object({
  time: time.describe("When it happened."),
  target: z.string().max(63).optional().describe("The target that it is about."),
  sha256: z.string().max(16).optional().describe("First characters of the leaf's SHA-256."),
  outcome: z.string().max(64).describe("Phase or reason that it came to."),
  message: z.string().max(128).optional().describe("What happened."),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

export const history = z
  .array(historyEntry)
  .max(20)
  .meta({ "x-kubernetes-list-type": "atomic" })
  .describe("The last 20 changes of outcome, oldest first.");
