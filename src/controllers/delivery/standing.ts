import type { DeliveryRecord } from "../../crds/index.ts";

/**
 * How a place stands. `Working`: doing, following, retrying, or waiting for something. `Scheduled`: waiting for nothing but its
 * time. `Stuck`: it goes on only when somebody changes something.
 */
export type Standing = "Working" | "Scheduled" | "Stuck" | "Suspended" | "Delivered";

/** What the conditions are made of. */
export interface Place {
  readonly standing: Standing;
  readonly reason: string;
  readonly message: string;
  /** Holds a certificate of ours that is valid. */
  readonly valid: boolean;
  /** Holds a certificate of ours that has expired. */
  readonly expired: boolean;
  /** Holds the newest certificate. */
  readonly newest: boolean;
  /** A job of the store is on its way to it. */
  readonly followed: boolean;
}

/** Reasons to wait that end by the clock alone. */
const itsTime: ReadonlySet<string> = new Set(["WaitingForWindow", "WaitingForRunAt"]);

/** A target's place, by its record. Pure. */
export function placeOf(
  record: DeliveryRecord = { phase: "Pending", message: "Not looked at yet." },
  now: Date,
): Place {
  const { phase, reason = phase, message = "", remote, deliveredAt, plan, job } = record;
  const notAfter = deliveredAt === undefined ? undefined : remote?.notAfter;
  const expired = notAfter !== undefined && new Date(notAfter) <= now;
  // A store that does not show what it holds is believed when it took the certificate.
  const ours = notAfter !== undefined || phase === "Delivered";
  const newest = phase === "Delivered" || (phase === "Suspended" && ours && plan === undefined);
  const standing = standingOf(phase, reason);
  return { standing, reason, message, valid: ours && !expired, expired, newest, followed: job !== undefined };
}

function standingOf(phase: DeliveryRecord["phase"], reason: string): Standing {
  switch (phase) {
    case "Pending":
    case "InProgress":
    case "Failed":
      return "Working";
    case "Waiting":
      // After a failure under stopOnFailure nothing more is tried until spec, source or a request changes.
      if (reason === "RolloutStopped") return "Stuck";
      return itsTime.has(reason) ? "Scheduled" : "Working";
    case "Blocked":
    case "Drifted":
      return "Stuck";
    case "Suspended":
    case "Delivered":
      return phase;
  }
}
