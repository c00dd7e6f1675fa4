import type { DeliveryRecord } from "../../crds/index.ts";

/** A change of a delivery's outcome, as history and events tell it. */
export interface OutcomeChange {
  readonly type: "Normal" | "Warning";
  readonly outcome: string;
  readonly message: string;
}

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
    case "Pending":
    case "Waiting":
    case "InProgress":
    case "Suspended":
      return undefined;
  }
}
