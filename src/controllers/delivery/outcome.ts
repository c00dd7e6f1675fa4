import { isDeepStrictEqual } from "node:util";
import type { DeliveryRecord } from "../../crds/index.ts";

/** A change of a delivery's outcome, as history and events tell it. */
export interface OutcomeChange {
  readonly type: "Normal" | "Warning";
  readonly outcome: string;
  readonly message: string;
}

const notPickedUp = "JobNotPickedUp";

/** What changed for the user between two records of one delivery; undefined for retries, refreshes and steps in between. */
export function outcomeOf(before: DeliveryRecord | undefined, after: DeliveryRecord): OutcomeChange | undefined {
  switch (after.phase) {
    case "Delivered": {
      if (before?.phase === "Delivered" && before.deliveredAt === after.deliveredAt) return undefined;
      const address = after.place?.address ?? "the place";
      const wrote = before?.deliveredAt !== after.deliveredAt;
      const message = wrote
        ? `The certificate is in ${address}.`
        : `${address} holds the certificate again as it should.`;
      return { type: "Normal", outcome: "Delivered", message };
    }
    case "Blocked":
    case "Drifted":
    case "Failed": {
      const reason = after.reason ?? after.phase;
      if (before?.phase === after.phase && before.reason === after.reason) return undefined;
      return { type: "Warning", outcome: reason, message: after.message ?? "" };
    }
    case "InProgress":
      return newsOfJob(before, after);
    case "Pending":
    case "Waiting":
    case "Suspended":
      return undefined;
  }
}

/** That a job was submitted, unless it is another try of one that failed; and that nobody begins it. */
function newsOfJob(before: DeliveryRecord | undefined, after: DeliveryRecord): OutcomeChange | undefined {
  const { job, reason, message = "", failures = 0 } = after;
  if (job === undefined) return undefined;
  if (reason === notPickedUp) {
    return before?.reason === notPickedUp ? undefined : { type: "Warning", outcome: notPickedUp, message };
  }
  if (failures > 0 || isDeepStrictEqual(before?.job?.ids, job.ids)) return undefined;
  const what = `The store has accepted the certificate for ${after.place?.address ?? "the place"}, and brings it there as job ${job.ids.join(", ")}.`;
  return { type: "Normal", outcome: "JobSubmitted", message: what };
}
