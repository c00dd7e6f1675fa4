import { isDeepStrictEqual } from "node:util";
import type { PreviousPlace } from "../../crds/index.ts";
import { timingOf } from "../../delivery/index.ts";
import type { KubeClient, KubeObject } from "../../kube/index.ts";
import { addFinalizer, removeFinalizer, type Reconciliation, type ReconcileResult } from "../../runtime/index.ts";
import { type DeliveryContext, resourceName } from "./context.ts";
import { withDeliverNow, withoutTargets, withRequest } from "./draft.ts";
import { finish } from "./end.ts";
import type { DeliveryKind, DeliveryObject } from "./kind.ts";
import { abandon, finalizer, isRetained } from "./leaving.ts";
import { isBeingRemoved, samePlace } from "./left.ts";
import { removePlaces } from "./removal.ts";
import type { StatusSaver } from "./saver.ts";
import { storesNeeded } from "./stores-in-use.ts";
import type { Subject } from "./subject.ts";

/** What the object's run is given by its kind's controller. */
export interface ObjectRun<T extends DeliveryObject> {
  readonly client: KubeClient;
  readonly kind: DeliveryKind<T>;
  readonly object: T & KubeObject;
  readonly subject: Subject;
  readonly previous: readonly PreviousPlace[];
  readonly lastHandled: string | undefined;
  /** The request to deliver now that was last seen to. */
  readonly lastOpened: string | undefined;
  readonly saver: StatusSaver<T>;
  /** A target of this object is being written right now. */
  readonly busy: boolean;
  /** Puts the answer of a write into the cache, so that the next run sees it. */
  readonly learn: (object: T & KubeObject) => void;
  /** Runs all targets, unless they were run for what the object asks for now. */
  readonly dispatch: () => void;
  /** Runs the object again. */
  readonly again: () => void;
}

/**
 * What concerns an object as a whole: its finalizer, targets that it no longer has, places that it has left, reconcile
 * requests, and its end. The targets themselves run on their own (`target.ts`).
 */
export async function reconcileObject<T extends DeliveryObject>(
  context: DeliveryContext,
  run: ObjectRun<T>,
  { key, signal }: Pick<Reconciliation, "key" | "signal">,
): Promise<ReconcileResult> {
  const { subject, saver, client, kind, object } = run;
  if (subject.deleting) return finish(context, run, key, signal);

  const names = new Set(subject.targets.map(({ name }) => name));
  for (const waiter of context.claims.retain(resourceName(subject), names)) context.wake(waiter);
  if ([...subject.records.keys()].some((name) => !names.has(name))) {
    await saver.close(key, (draft) => withoutTargets(draft, names), signal);
    // Its answer is in the cache now: what was left stands in `previous`, and the next run removes it.
    return { requeueAt: context.now() };
  }
  if (mustStay(subject, run.previous)) run.learn(await addFinalizer(client, kind.resource, object, finalizer, signal));
  else await removeFinalizer(client, kind.resource, object, finalizer, signal);
  await context.storesInUse.hold(storesNeeded(subject, run.previous), signal);

  if (subject.requested !== undefined && subject.requested !== run.lastHandled) {
    await saver.close(key, (draft) => withRequest(draft, subject.requested), signal);
  }
  const { deliverNow } = subject;
  if (deliverNow !== undefined && deliverNow !== run.lastOpened) {
    await saver.close(key, (draft) => withDeliverNow(draft, deliverNow, names), signal);
  }
  run.dispatch();
  return removePrevious(context, run, key, signal);
}

/** Whether something is to be removed, or a job taken back, when the object goes. */
export function mustStay(subject: Subject, previous: readonly PreviousPlace[]): boolean {
  const deletes = subject.targets.some(({ policies }) => policies.deletionPolicy === "Delete");
  const follows = [...subject.records.values()].some(({ job }) => job !== undefined);
  return deletes || follows || previous.length > 0;
}

/** The new place comes first: an old one is removed when its target holds the certificate in the new one, or is gone. */
async function removePrevious<T extends DeliveryObject>(
  context: DeliveryContext,
  { subject, previous, saver, object, again }: ObjectRun<T>,
  key: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  if (previous.length === 0) return {};
  const abandoned = object.metadata.annotations?.[abandon] === "true";
  const closed = abandoned ? undefined : closedNow(context, subject);
  const [due, held] = divided(subject, previous, closed);
  const removing = { abandoned, awaited: (entry: PreviousPlace) => awaited(context, subject, entry), again };
  const { done, waiting, until } = await removePlaces(context, subject, due, removing, signal);
  const left = [...waiting, ...held];
  const noted = (entry: PreviousPlace): readonly PreviousPlace[] => {
    if (done.some((other) => samePlace(entry, other))) return [];
    return [left.find((other) => samePlace(entry, other)) ?? entry];
  };
  if (!isDeepStrictEqual(previous.flatMap(noted), previous)) {
    await saver.close(key, (draft) => ({ ...draft, previous: draft.previous.flatMap(noted) }), signal);
  }
  // The next run sees to the finalizer, when this was the last.
  if (done.length > 0) return { requeueAt: context.now() };
  const times = [until, held.length > 0 ? closed?.until : undefined].flatMap((time) => time?.getTime() ?? []);
  return { requeueAt: times.length === 0 ? undefined : new Date(Math.min(...times)) };
}

/** What the schedule says while nothing may be written. */
interface Closed {
  readonly reason: string;
  readonly message: string;
  readonly until: Date;
}

function closedNow({ now, lookAgainMs }: DeliveryContext, { schedule }: Subject): Closed | undefined {
  const at = now();
  const timing = schedule && timingOf(schedule, { placed: undefined, coming: at }, at);
  if (timing === undefined || timing.go) return undefined;
  const { reason, message, until = new Date(at.getTime() + lookAgainMs) } = timing;
  return { reason, message, until };
}

/** Those that are seen to now, and those that wait for their time. What the store has begun, or is to take back, waits for none. */
function divided(
  { targets }: Subject,
  previous: readonly PreviousPlace[],
  closed: Closed | undefined,
): [due: readonly PreviousPlace[], held: readonly PreviousPlace[]] {
  if (closed === undefined) return [previous, []];
  const { reason, message } = closed;
  const waits = (entry: PreviousPlace): boolean => {
    const target = targets.find(({ name }) => name === (entry.target ?? ""));
    return !isBeingRemoved(entry) && !(entry.job !== undefined && isRetained(entry, target));
  };
  const held = previous.filter(waits).map((entry) => ({ ...entry, reason, message }));
  return [previous.filter((entry) => !waits(entry)), held];
}

/**
 * Whether a target that takes the old place's stead, or lies at its very address, does not hold the certificate yet. Where one
 * lies that has never run is not known.
 */
function awaited(context: DeliveryContext, subject: Subject, { target = "", place }: PreviousPlace): boolean {
  const here = context.claims.targetsAt(resourceName(subject), place.address);
  return subject.targets.some(({ name }) => {
    const record = subject.records.get(name);
    const concerned = name === target || here.includes(name) || record?.place?.address === place.address;
    return record === undefined || (concerned && record.phase !== "Delivered");
  });
}
