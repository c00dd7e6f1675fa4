import type { PreviousPlace } from "../../crds/index.ts";
import type { KubeClient, KubeObject } from "../../kube/index.ts";
import { addFinalizer, removeFinalizer, type Reconciliation, type ReconcileResult } from "../../runtime/index.ts";
import { type DeliveryContext, resourceName } from "./context.ts";
import { type Draft, withoutTargets, withReport, withRequest } from "./draft.ts";
import type { DeliveryKind, DeliveryObject } from "./kind.ts";
import { outcomeOf } from "./outcome.ts";
import { placesToRemove, removePlace } from "./removal.ts";
import type { StatusSaver } from "./saver.ts";
import type { Subject } from "./subject.ts";

/** Keeps an object until what it wrote is removed, where its policy says so. */
export const finalizer = "certferry.io/removal";
const abandon = "certferry.io/abandon";
const wayOut = `To let it go as it is, annotate it with ${abandon}=true or set deletionPolicy: Retain.`;
/** How soon a removal looks again whether a run of the object's targets has ended. */
const busyMs = 1_000;

/** What the object's run is given by its kind's controller. */
export interface ObjectRun<T extends DeliveryObject> {
  readonly client: KubeClient;
  readonly kind: DeliveryKind<T>;
  readonly object: T & KubeObject;
  readonly subject: Subject;
  readonly previous: readonly PreviousPlace[];
  readonly lastHandled: string | undefined;
  readonly saver: StatusSaver<T>;
  /** A target of this object is being written right now. */
  readonly busy: boolean;
  /** Puts the answer of a write into the cache, so that the next run sees it. */
  readonly learn: (object: T & KubeObject) => void;
  /** Runs all targets, unless they were run for what the object asks for now. */
  readonly dispatch: () => void;
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

  if (subject.requested !== undefined && subject.requested !== run.lastHandled) {
    await saver.close(key, (draft) => withRequest(draft, subject.requested), signal);
  }
  run.dispatch();
  return removePrevious(context, run, key, signal);
}

/** Whether something is to be removed when the object goes. */
export function mustStay(subject: Subject, previous: readonly PreviousPlace[]): boolean {
  const deletes = subject.targets.some(({ policies }) => policies.deletionPolicy === "Delete");
  return deletes || previous.length > 0;
}

/** The new place comes first: an old one is removed when its target holds the certificate in the new one, or is gone. */
async function removePrevious<T extends DeliveryObject>(
  context: DeliveryContext,
  { subject, previous, saver }: ObjectRun<T>,
  key: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  if (subject.suspended || context.writesSuspended) return {};
  const now = context.now();
  let next: Date | undefined;
  for (const entry of previous) {
    if (awaited(context, subject, entry)) continue;
    const due = entry.nextAttemptTime === undefined ? now : new Date(entry.nextAttemptTime);
    if (due > now) {
      next = earlier(next, due);
      continue;
    }
    const removal = await removePlace(context, subject, entry, signal);
    if (removal.ended === "Removed") tellLeft(context, subject, entry, removal.left);
    else next = earlier(next, removal.until);
    await saver.close(
      key,
      (draft) => ({
        ...draft,
        previous: draft.previous.flatMap((other) => {
          if (other.place.address !== entry.place.address) return [other];
          return removal.ended === "Removed" ? [] : [removal.previous];
        }),
      }),
      signal,
    );
  }
  return { requeueAt: next };
}

/** Whether a target that takes the old place's stead, or lies at its very address, does not hold the certificate yet. */
function awaited(context: DeliveryContext, subject: Subject, { target = "", place }: PreviousPlace): boolean {
  const here = context.claims.targetsAt(resourceName(subject), place.address);
  const names = subject.targets.filter(({ name }) => name === target || here.includes(name)).map(({ name }) => name);
  return names.some((name) => subject.records.get(name)?.phase !== "Delivered");
}

/** The object is going: remove what is to be removed, then let it go. */
async function finish<T extends DeliveryObject>(
  context: DeliveryContext,
  run: ObjectRun<T>,
  key: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { subject, client, kind, object, previous, busy, saver } = run;
  if (!(object.metadata.finalizers ?? []).includes(finalizer)) return {};
  if (busy) return { requeueAt: new Date(context.now().getTime() + busyMs) };
  const places = placesToRemove(subject, previous);
  const released = releaseReason(context, subject, object);
  if (released !== undefined) {
    for (const { place } of places) tellLeft(context, subject, { place }, `${place.address} stays: ${released}`);
    await removeFinalizer(client, kind.resource, object, finalizer, signal);
    return {};
  }
  const failed: PreviousPlace[] = [];
  let next: Date | undefined;
  const now = context.now();
  for (const entry of places) {
    const due = entry.nextAttemptTime === undefined ? now : new Date(entry.nextAttemptTime);
    if (due > now) {
      next = earlier(next, due);
      continue;
    }
    const removal = await removePlace(context, subject, entry, signal);
    if (removal.ended === "Removed") {
      tellLeft(context, subject, entry, removal.left);
      continue;
    }
    next = earlier(next, removal.until);
    failed.push(removal.previous);
  }
  if (next !== undefined) {
    await saver.close(key, (draft) => withFailedRemovals(draft, subject, failed, context.now()), signal);
    return { requeueAt: next };
  }
  await removeFinalizer(client, kind.resource, object, finalizer, signal);
  return {};
}

/** An object that waits for its removal says why, and how to let it go, as its targets' state: it is stalled. */
function withFailedRemovals(draft: Draft, subject: Subject, failed: readonly PreviousPlace[], at: Date): Draft {
  return failed.reduce((before, { target = "", reason = "RemovalFailed", message = "" }) => {
    const record = before.records.get(target);
    if (record === undefined) return before;
    const told = `Removal: ${message}`.slice(0, 255 - wayOut.length);
    const stalled = { ...record, phase: "Blocked" as const, reason, message: `${told} ${wayOut}` };
    const change = outcomeOf(record, stalled);
    return withReport(before, { target, record: stalled, change, generation: subject.generation, at });
  }, draft);
}

/** Why an object goes without the removal that its policy asks for. */
function releaseReason(context: DeliveryContext, subject: Subject, object: KubeObject): string | undefined {
  if (object.metadata.annotations?.[abandon] === "true") return `the annotation ${abandon} is true`;
  if (subject.suspended) return "the resource is suspended";
  if (context.writesSuspended) return "the operator runs with --suspend-writes";
  return undefined;
}

function tellLeft(
  context: DeliveryContext,
  subject: Subject,
  { place }: Pick<PreviousPlace, "place">,
  left: string | undefined,
): void {
  if (left !== undefined) context.tell(subject, { type: "Warning", outcome: "LeftBehind", message: left });
  else context.tell(subject, { type: "Normal", outcome: "Removed", message: `Removed from ${place.address}.` });
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
