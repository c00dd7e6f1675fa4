import { createHash } from "node:crypto";
import type { PreviousPlace } from "../../crds/index.ts";
import { afterFailure } from "../../delivery/index.ts";
import { isStoreError, type StoreError } from "../../stores/errors.ts";
import { within } from "../../stores/within.ts";
import { type DeliveryContext, markOf } from "./context.ts";
import { leftBy } from "./draft.ts";
import type { Subject } from "./subject.ts";

/** How the removal of one place ended. `left` tells what stays there, for a Warning event. */
export type Removal =
  | { readonly ended: "Removed"; readonly left?: string | undefined }
  | { readonly ended: "NotYet"; readonly previous: PreviousPlace; readonly until: Date | undefined };

/** Removes what a subject wrote at one place. Failures of the store are results; rejects only on a bug or an abort. */
export async function removePlace(
  context: DeliveryContext,
  subject: Subject,
  entry: PreviousPlace,
  signal: AbortSignal,
): Promise<Removal> {
  const { place } = entry;
  try {
    const { namespace } = subject;
    const mark = markOf(context.ownerId, subject, entry.target ?? "");
    const use = { for: "Removal", key: place.key } as const;
    const { left } = await context.stores.use(namespace, place.storeRef, use, signal, async ({ store, removal }) => {
      context.fence();
      return within(store.timeoutMs, signal, (limit) => store.remove(place.key, mark, removal, limit));
    });
    return { ended: "Removed", left };
  } catch (error) {
    if (signal.aborted || !isStoreError(error)) throw error;
    return notYet(context, entry, error);
  }
}

/** Every failure here is tried again: an object that waits for its removal must not be forgotten. */
function notYet(context: DeliveryContext, entry: PreviousPlace, error: StoreError): Removal {
  const { place, failures, nextAttemptTime, target } = entry;
  const base = {
    inputs: createHash("sha256").update(place.address).digest("hex").slice(0, 32),
    random: context.random(),
    lookAgainMs: context.lookAgainMs,
  };
  const record = {
    phase: "Failed" as const,
    ...(failures === undefined ? {} : { failures, failureFingerprint: base.inputs }),
    ...(nextAttemptTime === undefined ? {} : { nextAttemptTime }),
  };
  const now = context.now();
  const step = afterFailure(record, { during: "observe", error }, base, now);
  const until = step.until ?? new Date(now.getTime() + context.lookAgainMs);
  const message = step.record.message ?? "";
  return {
    ended: "NotYet",
    until,
    previous: {
      ...(target === undefined ? {} : { target }),
      place,
      reason: step.record.reason ?? "RemovalFailed",
      message,
      failures: step.record.failures ?? (failures ?? 0) + 1,
      nextAttemptTime: until.toISOString(),
    },
  };
}

/** Every place of a subject that its effective policy says is to be removed when it goes. */
export function placesToRemove(subject: Subject, previous: readonly PreviousPlace[]): PreviousPlace[] {
  const current = [...subject.records].flatMap(([target, record]) => {
    const policy =
      subject.targets.find(({ name }) => name === target)?.policies.deletionPolicy ?? record.place?.deletionPolicy;
    return policy === "Retain" ? [] : leftBy(target, record);
  });
  return [...previous, ...current];
}
