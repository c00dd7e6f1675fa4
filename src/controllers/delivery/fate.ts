import { createHash } from "node:crypto";
import type { PreviousPlace } from "../../crds/index.ts";
import { afterFailure, removalInputs } from "../../delivery/index.ts";
import { type ResolvedStore, storeTitle } from "../../resolve/index.ts";
import { isStoreError, type StoreError, TransientError, WaitingError } from "../../stores/errors.ts";
import { within } from "../../stores/within.ts";
import { type DeliveryContext, type GoingNamespace, markOf, resourceName, storeSuspended } from "./context.ts";
import { leaving, withTold } from "./leaving.ts";
import type { OutcomeChange } from "./outcome.ts";
import { followed, isOverdue, jobGoesOn, jobOf, overdue, takenBack } from "./removal-job.ts";
import type { Subject } from "./subject.ts";

/** What the object's run knows of the places. */
export interface Removing {
  readonly abandoned: boolean;
  readonly awaited: (entry: PreviousPlace) => boolean;
  /** Called when a store that had no room has some. */
  readonly again: () => void;
}

/** What of the context removals need. */
export type Removers = Pick<
  DeliveryContext,
  "fence" | "lookAgainMs" | "namespaceGoing" | "now" | "otherKeysAt" | "ownerId" | "random" | "tell" | "writesSuspended"
> & {
  readonly stores: Pick<DeliveryContext["stores"], "enter" | "use" | "version">;
  readonly succession: Pick<DeliveryContext["succession"], "pending">;
};

/** How soon it is looked at again whether a place has been taken over. */
const handOverMs = 500;

/** What became of one place: nothing is to be done there any more, or it is tried again. `news` is to be told. */
export type Fate =
  | { readonly ended: true; readonly news: OutcomeChange }
  | {
      readonly ended: false;
      readonly entry: PreviousPlace;
      readonly until: Date | undefined;
      readonly news?: OutcomeChange | undefined;
    };

/** Sees to one place that is to be removed. Rejects only on a bug or an abort. */
export async function fateOf(
  context: Removers,
  subject: Subject,
  entry: PreviousPlace,
  { abandoned, awaited, again, going }: Removing & { going: GoingNamespace | undefined },
  signal: AbortSignal,
): Promise<Fate> {
  const { address } = entry.place;
  const now = context.now();
  const inputs = inputsOf(context, subject, entry);
  const { writesSuspended } = context;
  const verdict = leaving(entry, subject, { abandoned, writesSuspended, awaited: awaited(entry), inputs, now });
  switch (verdict.do) {
    case "Leave":
      return leftBehind(`${address} stays: ${verdict.why}.${jobGoesOn(entry)}`);
    case "Wait":
      return waits(entry, withTold(entry, subject, verdict.told, inputs), verdict.until);
    case "Remove":
    case "Withdraw":
      break;
  }
  const handsOver = entry.job === undefined && entry.replaced !== true;
  if (handsOver && context.succession.pending(resourceName(subject), entry, now))
    return { ended: false, until: new Date(now.getTime() + handOverMs), entry };
  const { storeRef, key } = entry.place;
  const visitor = { id: resourceName(subject), urgency: "Write", wake: again } as const;
  const visit = context.stores.enter(subject.namespace, storeRef, { for: "Removal", key }, visitor);
  if (visit.state === "Parked") {
    // Of a login that was refused nobody is let in to be refused again.
    if (going !== undefined && visit.why?.reason === "CredentialsRefused") return outlived(entry, visit.why);
    return waits(entry, withTold(entry, subject, visit.why, inputs), visit.why?.until);
  }
  try {
    const asked = { entry, inputs, verdict: verdict.do };
    return await inStore(context, subject, entry, signal, (store) => ask(context, subject, asked, store, signal));
  } catch (error) {
    if (signal.aborted || !isStoreError(error)) throw error;
    if (isOverdue(entry, context.now())) return overdue(entry);
    const forGood = going !== undefined && error.name !== "TransientError" && error.reason !== storeSuspended;
    if (forGood) return outlived(entry, error);
    const maybeLater = error.name === "TransientError" || error.reason === storeSuspended;
    if (verdict.do === "Withdraw" && !maybeLater) return leftBehind(`${error.message}${jobGoesOn(entry)}`);
    return notYet(context, subject, entry, error, inputs);
  } finally {
    visit.leave();
  }
}

async function inStore<T>(
  context: Removers,
  { namespace }: Subject,
  { place }: PreviousPlace,
  signal: AbortSignal,
  work: (store: ResolvedStore) => Promise<T>,
): Promise<T> {
  const use = { for: "Removal", key: place.key } as const;
  return context.stores.use(namespace, place.storeRef, use, signal, (found) => {
    if (found.suspended)
      throw new WaitingError(storeSuspended, `${storeTitle(place.storeRef)} is suspended: nothing is removed.`);
    context.fence();
    return work(found);
  });
}

/** Has the store remove what lies there, or take back the job that is on its way there. */
async function ask(
  context: Removers,
  subject: Subject,
  asked: { readonly entry: PreviousPlace; readonly inputs: string; readonly verdict: "Remove" | "Withdraw" },
  { store, removal }: ResolvedStore,
  signal: AbortSignal,
): Promise<Fate> {
  const { entry, inputs, verdict } = asked;
  const { place, target = "" } = entry;
  const job = jobOf(entry);
  const limited = <T>(work: (limit: AbortSignal) => Promise<T>): Promise<T> => within(store.timeoutMs, signal, work);
  if (verdict === "Withdraw") {
    if (job === undefined || store.withdraw === undefined) return takenBack(entry, false);
    return takenBack(entry, await limited(async (limit) => (await store.withdraw?.(place.key, job, limit)) === true));
  }
  const mark = markOf(context.ownerId, subject, target);
  const others = context.otherKeysAt({ resource: resourceName(subject), target, address: place.address });
  const result = await limited((limit) => store.remove(place.key, mark, { ...removal, job, others }, limit));
  if (result.left !== undefined) return leftBehind(result.left);
  if (result.failed !== undefined) {
    const { reason, message } = result.failed;
    const { job: _over, ...rest } = entry;
    return notYet(context, subject, rest, new TransientError(reason, message, { happened: "no" }), inputs);
  }
  if (result.job !== undefined) return followed(entry, subject, result.job, inputs, context.now());
  return { ended: true, news: { type: "Normal", outcome: "Removed", message: `Removed from ${place.address}.` } };
}

function leftBehind(message: string): Fate {
  return { ended: true, news: { type: "Warning", outcome: "LeftBehind", message } };
}

/** Nothing can be created any more in a namespace that is being deleted, so what is refused there stays so. */
function outlived(entry: PreviousPlace, { message }: StoreError): Fate {
  return leftBehind(`${entry.place.address} stays: its namespace is being deleted. ${message}${jobGoesOn(entry)}`);
}

/** Every failure here is tried again: an object that waits for its removal must not be forgotten. */
function notYet(context: Removers, subject: Subject, entry: PreviousPlace, error: StoreError, inputs: string): Fate {
  const now = context.now();
  const { failures = 0, failureFingerprint = "" } = entry;
  const base = { inputs, random: context.random(), lookAgainMs: context.lookAgainMs };
  const step = afterFailure({ phase: "Failed", failures, failureFingerprint }, { during: "observe", error }, base, now);
  const until = step.until ?? new Date(now.getTime() + context.lookAgainMs);
  const next: PreviousPlace = {
    ...withTold(entry, subject, error, inputs),
    failures: (failureFingerprint === inputs ? failures : 0) + 1,
    nextAttemptTime: until.toISOString(),
  };
  return waits(entry, next, until);
}

/** Why it waits is told when that is another reason than before. */
function waits({ reason: before }: PreviousPlace, entry: PreviousPlace, until: Date | undefined): Fate {
  const { reason, message = "" } = entry;
  const news =
    reason === undefined || reason === before ? undefined : { type: "Warning" as const, outcome: reason, message };
  return { ended: false, entry, until, news };
}

/** Another store, other credentials: what failed before may not fail now. */
function inputsOf(context: Removers, { namespace }: Subject, { place }: PreviousPlace): string {
  const version = context.stores.version(namespace, place.storeRef);
  const text = JSON.stringify([place.address, version]);
  return removalInputs + createHash("sha256").update(text).digest("hex").slice(0, 32);
}
