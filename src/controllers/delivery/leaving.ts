import type { PreviousPlace } from "../../crds/index.ts";
import { cut } from "../../delivery/index.ts";
import { isBeingRemoved } from "./left.ts";
import type { Subject, Target } from "./subject.ts";

/** Keeps an object until what it wrote is removed, where its policy says so. */
export const finalizer = "certferry.io/removal";
/** Annotation: `true` lets an object go, and leaves what it wrote. */
export const abandon = "certferry.io/abandon";

/** What a removal depends on beside the object itself. */
export interface Circumstances {
  /** The object bears the annotation. */
  readonly abandoned: boolean;
  readonly writesSuspended: boolean;
  /** Who is to take the place, or the place that is to take its stead, does not hold the certificate yet. */
  readonly awaited: boolean;
  /** Digest of what failures of this removal are counted under. */
  readonly inputs: string;
  readonly now: Date;
}

/** What is to be done with a place that was written and is not wanted any more. */
export type Leaving =
  | { readonly do: "Remove" }
  /** It stays, and the job that is on its way there is taken back. */
  | { readonly do: "Withdraw" }
  /** It stays for good; a Warning event tells so. */
  | { readonly do: "Leave"; readonly why: string }
  | {
      readonly do: "Wait";
      readonly until?: Date;
      readonly told?: { readonly reason: string; readonly message: string };
    };

/** Decides on one place of an object that is there, or going. Pure. */
export function leaving(entry: PreviousPlace, subject: Subject, circumstances: Circumstances): Leaving {
  const target = subject.targets.find(({ name }) => name === (entry.target ?? ""));
  const { abandoned, writesSuspended, awaited, inputs, now } = circumstances;
  if (abandoned) return { do: "Leave", why: `the annotation ${abandon} is true` };
  const stays = isRetained(entry, target);
  if (stays && entry.job === undefined) return { do: "Leave", why: "deletionPolicy is Retain now" };
  if (!stays && subject.suspended) return suspended(subject, "the resource is suspended");
  if (!stays && target?.suspended === true) return suspended(subject, "its target is suspended");
  if (writesSuspended) {
    const message = "The operator runs with --suspend-writes; start it without.";
    return { do: "Wait", told: { reason: "Suspended", message } };
  }
  // What the store has begun to remove is not held back any more.
  if (awaited && !stays && !isBeingRemoved(entry)) return { do: "Wait" };
  const due = dueOf(entry, inputs);
  if (due !== undefined && due > now) return { do: "Wait", until: due };
  return { do: stays ? "Withdraw" : "Remove" };
}

/** By the target's policy of now, or that of its last write where the target is gone. What was replaced has one of its own. */
export function isRetained({ place, replaced }: PreviousPlace, target: Target | undefined): boolean {
  const policy = replaced === true ? place.deletionPolicy : (target?.policies.deletionPolicy ?? place.deletionPolicy);
  return policy === "Retain";
}

/** Nobody ends a suspension of what is gone; of what is there, somebody will. */
function suspended({ deleting }: Subject, why: string): Leaving {
  return deleting ? { do: "Leave", why } : { do: "Wait" };
}

/** A back-off that was counted under other inputs is over; without any, the time is when a write there must have ended. */
function dueOf({ nextAttemptTime, failureFingerprint = "" }: PreviousPlace, inputs: string): Date | undefined {
  if (nextAttemptTime === undefined || ![inputs, ""].includes(failureFingerprint)) return undefined;
  return new Date(nextAttemptTime);
}

/** How to let an object go as it is. A target that is gone has no policy to be changed. */
export function waysOut(entry: PreviousPlace, { targets }: Subject): string {
  const named = targets.some(({ name }) => name === (entry.target ?? ""));
  const annotate = `To let it go as it is, annotate it with ${abandon}=true`;
  return named ? `${annotate} or set deletionPolicy: Retain.` : `${annotate}.`;
}

/** The entry with why it is not removed yet, and how to let its object go as it is. */
export function withTold(
  entry: PreviousPlace,
  subject: Subject,
  why: { readonly reason: string; readonly message: string } | undefined,
  inputs: string,
): PreviousPlace {
  if (why === undefined) return entry;
  const ways = waysOut(entry, subject);
  const message = `${cut(`Removal: ${why.message}`, 255 - ways.length)} ${ways}`;
  return { ...entry, reason: why.reason, message, failureFingerprint: inputs };
}
