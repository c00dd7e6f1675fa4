import { isDeepStrictEqual } from "node:util";
import type { PreviousPlace, SecretKeyRef } from "../../crds/index.ts";
import {
  type Base,
  deliver,
  type DeliveryRecord,
  type Effects,
  holderOf,
  movedTo,
  type Outcome,
  type Situation,
} from "../../delivery/index.ts";
import { refName, type ResolvedStore, type Source, storeKey } from "../../resolve/index.ts";
import type { Desired, Place, Remote } from "../../stores/contract.ts";
import { WaitingError } from "../../stores/errors.ts";
import type { Claimant } from "./claims.ts";
import { type DeliveryContext, markOf, resourceName, suspensionOf } from "./context.ts";
import { fingerprintOf } from "./digests.ts";
import { elderHolds } from "./holders.ts";
import { heldByImport } from "./imported.ts";
import { isAt, isBeingRemoved, withJobLeft } from "./left.ts";
import type { Subject, Target } from "./subject.ts";

/** All that a delivery needs, once source, store and passwords are there. */
export interface Resolved {
  readonly before: DeliveryRecord;
  readonly base: Base;
  readonly source: Source;
  readonly store: ResolvedStore;
  /** Values of the Secrets that the target's block refers to, by `refName`. */
  readonly secrets: ReadonlyMap<string, Buffer>;
  readonly turn: Situation["turn"];
  readonly previous: readonly PreviousPlace[];
}

/**
 * Tells the engine all that it decides by, and lets it bring the place to hold the bundle. Rejects as `deliver` does, and as
 * `heldByImport`, and with `RemovalUnderWay`.
 */
export async function bring(
  context: DeliveryContext,
  subject: Subject,
  target: Target,
  { before, base, source, store, secrets, turn, previous }: Resolved,
  effects: Effects,
  signal: AbortSignal,
): Promise<Outcome> {
  const { storeRef, policies } = target;
  if (policies.deletionPolicy === "Delete") context.storesInUse.check(storeKey(subject.namespace, storeRef));
  const written = isDeepStrictEqual(before.place?.storeRef, storeRef) ? before : undefined;
  const { runAt } = subject.schedule ?? {};
  const place = store.store.place(target.block, {
    namespace: subject.namespace,
    name: subject.name,
    leaf: source.facts,
    deletionPolicy: policies.deletionPolicy,
    elderHolds: (address, id) => elderHolds(context.imports, subject, address, id),
    before: written?.place?.address,
    remote: written?.remote,
    held: heldFor(context, subject, target, source),
    privateKey: target.privateKey,
    runAt: runAt === undefined ? undefined : new Date(runAt),
    secret: (ref: SecretKeyRef) => secrets.get(refName(ref)) ?? Buffer.alloc(0),
  });
  const desired: Desired = {
    bundle: target.privateKey === "Include" ? source.bundle : withoutKey(source.bundle),
    chain: target.chain,
    ...(source.file === undefined ? {} : { file: source.file }),
    mark: markOf(context.ownerId, subject, target.name),
  };
  const { address, key } = place;
  const claimed = claim(context, subject, target, place);
  const there = previous.filter((entry) => isAt(entry, place));
  const removal = there.find(isBeingRemoved);
  if (removal !== undefined) throw removalFirst(removal);
  const situation: Situation = {
    ...base,
    place: { storeRef, address, key, deletionPolicy: policies.deletionPolicy },
    repeatable: place.repeatable,
    leaf: source.facts,
    fingerprint: fingerprintOf(context, target, desired, [...secrets.values()]),
    policies,
    claim: claimed,
    schedule: place.keepsTime === true ? undefined : subject.schedule,
    turn,
    suspended: suspensionOf(context, subject, target, store),
    timeoutMs: store.store.timeoutMs,
  };
  return deliver(withJobLeft(movedTo(before, address), there), place, desired, situation, effects, signal);
}

/** What the store calls the certificate that it holds already, for providers that deploy nothing else. */
function heldFor(
  { deploysHeld, imports }: DeliveryContext,
  { namespace, source }: Subject,
  target: Target,
  { facts, held }: Source,
): Remote | undefined {
  if (held !== undefined) return held;
  if (!("importName" in source) || !deploysHeld(target)) return undefined;
  return heldByImport(imports, namespace, source.importName, target.storeRef, facts.sha256);
}

/** What was removed while it is delivered again would be gone in the end. */
function removalFirst({ place, job }: PreviousPlace): WaitingError {
  const message = `What lay at ${place.address} before is still being removed (job ${job?.ids.join(", ") ?? ""}); that is waited for.`;
  return new WaitingError("RemovalUnderWay", message);
}

function withoutKey({ key: _key, ...bundle }: Source["bundle"]): Source["bundle"] {
  return bundle;
}

function claim(context: DeliveryContext, subject: Subject, target: Target, place: Place): Situation["claim"] {
  const resource = resourceName(subject);
  const claimant: Claimant = { resource, namespace: subject.namespace, target: target.name, created: subject.created };
  for (const waiter of context.claims.set(claimant, place.address, place.spots)) context.wake(waiter);
  const elder = context.claims.elder(claimant, place.address, place.spots);
  return {
    mark: markOf(context.ownerId, subject, target.name),
    elder: elder?.resource,
    alive: (mark) => {
      const { resource, target } = holderOf(mark);
      return (
        context.exists(resource, target) && context.claims.wants(resource, target, place.address, place.spots) !== false
      );
    },
  };
}
