import { createHash } from "node:crypto";
import type { PreviousPlace } from "../../crds/index.ts";
import { afterFailure, cut, removalInputs } from "../../delivery/index.ts";
import { storeKey, storeTitle } from "../../resolve/index.ts";
import { isStoreError, type StoreError, WaitingError } from "../../stores/errors.ts";
import { within } from "../../stores/within.ts";
import { type DeliveryContext, type GoingNamespace, markOf, resourceName, storeSuspended } from "./context.ts";
import { leaving, waysOut } from "./leaving.ts";
import type { OutcomeChange } from "./outcome.ts";
import type { Subject } from "./subject.ts";

/** What became of places that are to be removed. */
export interface Round {
  /** Removed, or left for good: nothing is to be done there any more. */
  readonly done: readonly PreviousPlace[];
  /** The others, with what they wait for. */
  readonly waiting: readonly PreviousPlace[];
  /** When the first of them is to be tried again; the others wait for a change. */
  readonly until: Date | undefined;
}

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
  "fence" | "lookAgainMs" | "namespaceGoing" | "now" | "ownerId" | "random" | "tell" | "writesSuspended"
> & {
  readonly stores: Pick<DeliveryContext["stores"], "enter" | "use" | "version">;
  readonly succession: Pick<DeliveryContext["succession"], "pending">;
};

/** How soon it is looked at again whether a place has been taken over. */
const handOverMs = 500;

type Fate =
  | ({ readonly ended: true } & OutcomeChange)
  | { readonly ended: false; readonly entry: PreviousPlace; readonly until: Date | undefined };

/**
 * Removes what a subject wrote at these places, and tells each end: one after the other in each store, so that none waits for
 * another store. Rejects only on a bug or an abort.
 */
export async function removePlaces(
  context: Removers,
  subject: Subject,
  entries: readonly PreviousPlace[],
  removing: Removing,
  signal: AbortSignal,
): Promise<Round> {
  const asked = subject.deleting && entries.length > 0;
  const going = asked ? await context.namespaceGoing(subject.namespace, signal) : undefined;
  const byStore = Map.groupBy(entries, ({ place }) => storeKey(subject.namespace, place.storeRef));
  const fates = new Map<PreviousPlace, Fate>();
  const inStore = async (some: readonly PreviousPlace[]): Promise<void> => {
    for (const entry of some) {
      const fate = await fateOf(context, subject, entry, { ...removing, going }, signal);
      fates.set(entry, fate);
      const news = newsOf(entry, fate);
      if (news !== undefined) context.tell(subject, news, going);
    }
  };
  await Promise.all([...byStore.values()].map(inStore));
  return roundOf(entries, fates);
}

function roundOf(entries: readonly PreviousPlace[], fates: ReadonlyMap<PreviousPlace, Fate>): Round {
  const done = entries.filter((entry) => fates.get(entry)?.ended === true);
  const open = entries.flatMap((entry) => {
    const fate = fates.get(entry);
    return fate?.ended === false ? [fate] : [];
  });
  const times = open.flatMap(({ until }) => (until === undefined ? [] : [until.getTime()]));
  const until = times.length === 0 ? undefined : new Date(Math.min(...times));
  return { done, waiting: open.map(({ entry }) => entry), until };
}

/** An end is told, and why there is none when that is another reason than before. */
function newsOf({ reason: before }: PreviousPlace, fate: Fate): OutcomeChange | undefined {
  if (fate.ended) return fate;
  const { reason, message = "" } = fate.entry;
  return reason === undefined || reason === before ? undefined : { type: "Warning", outcome: reason, message };
}

async function fateOf(
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
      return leftBehind(`${address} stays: ${verdict.why}.`);
    case "Wait":
      return { ended: false, until: verdict.until, entry: withTold(entry, subject, verdict.told, inputs) };
    case "Remove":
      break;
  }
  if (context.succession.pending(resourceName(subject), entry, now))
    return { ended: false, until: new Date(now.getTime() + handOverMs), entry };
  const { storeRef, key } = entry.place;
  const visitor = { id: resourceName(subject), urgency: "Write", wake: again } as const;
  const visit = context.stores.enter(subject.namespace, storeRef, { for: "Removal", key }, visitor);
  if (visit.state === "Parked") {
    // Of a login that was refused nobody is let in to be refused again.
    if (going !== undefined && visit.why?.reason === "CredentialsRefused") return outlived(address, visit.why);
    return { ended: false, until: visit.why?.until, entry: withTold(entry, subject, visit.why, inputs) };
  }
  try {
    const { left } = await remove(context, subject, entry, signal);
    if (left !== undefined) return leftBehind(left);
    return { ended: true, type: "Normal", outcome: "Removed", message: `Removed from ${address}.` };
  } catch (error) {
    if (signal.aborted || !isStoreError(error)) throw error;
    const forGood = going !== undefined && error.name !== "TransientError" && error.reason !== storeSuspended;
    if (forGood) return outlived(address, error);
    return notYet(context, subject, entry, error, inputs);
  } finally {
    visit.leave();
  }
}

async function remove(
  context: Removers,
  subject: Subject,
  { place, target = "" }: PreviousPlace,
  signal: AbortSignal,
): Promise<{ left?: string }> {
  const mark = markOf(context.ownerId, subject, target);
  const use = { for: "Removal", key: place.key } as const;
  return context.stores.use(subject.namespace, place.storeRef, use, signal, ({ store, suspended, removal }) => {
    if (suspended)
      throw new WaitingError(storeSuspended, `${storeTitle(place.storeRef)} is suspended: nothing is removed.`);
    context.fence();
    return within(store.timeoutMs, signal, (limit) => store.remove(place.key, mark, removal, limit));
  });
}

function leftBehind(message: string): Fate {
  return { ended: true, type: "Warning", outcome: "LeftBehind", message };
}

/** Nothing can be created any more in a namespace that is being deleted, so what is refused there stays so. */
function outlived(address: string, { message }: StoreError): Fate {
  return leftBehind(`${address} stays: its namespace is being deleted. ${message}`);
}

/** Every failure here is tried again: an object that waits for its removal must not be forgotten. */
function notYet(context: Removers, subject: Subject, entry: PreviousPlace, error: StoreError, inputs: string): Fate {
  const now = context.now();
  const { failures = 0, failureFingerprint = "" } = entry;
  const base = { inputs, random: context.random(), lookAgainMs: context.lookAgainMs };
  const step = afterFailure({ phase: "Failed", failures, failureFingerprint }, { during: "observe", error }, base, now);
  const until = step.until ?? new Date(now.getTime() + context.lookAgainMs);
  return {
    ended: false,
    until,
    entry: {
      ...withTold(entry, subject, error, inputs),
      failures: (failureFingerprint === inputs ? failures : 0) + 1,
      nextAttemptTime: until.toISOString(),
    },
  };
}

function withTold(
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

/** Another store, other credentials: what failed before may not fail now. */
function inputsOf(context: Removers, { namespace }: Subject, { place }: PreviousPlace): string {
  const version = context.stores.version(namespace, place.storeRef);
  const text = JSON.stringify([place.address, version]);
  return removalInputs + createHash("sha256").update(text).digest("hex").slice(0, 32);
}
