import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { SecretKeyRef } from "../../crds/index.ts";
import {
  afterFailure,
  type Base,
  deliver,
  type DeliveryRecord,
  fingerprint,
  holderOf,
  maySettle,
  movedTo,
  type Outcome,
  pending,
  type Situation,
} from "../../delivery/index.ts";
import { chainOf } from "../../formats/index.ts";
import { refName, type ResolvedStore, type Source, storeKey } from "../../resolve/index.ts";
import type { Reconciliation, ReconcileResult } from "../../runtime/index.ts";
import type { Desired, Place } from "../../stores/contract.ts";
import { isStoreError, type StoreError, type WaitingError } from "../../stores/errors.ts";
import type { Claimant } from "./claims.ts";
import { type DeliveryContext, markOf, resourceName, suspensionOf } from "./context.ts";
import { withOpening, withReport } from "./draft.ts";
import { outcomeOf } from "./outcome.ts";
import type { StatusSaver } from "./saver.ts";
import type { Sightings } from "./sightings.ts";
import { sourceVersion, useSource } from "./source.ts";
import { sourceReport } from "./source-report.ts";
import type { Asked, Rollouts } from "./rollouts.ts";
import type { Subject, Target } from "./subject.ts";

/** One target of one object, as this run found it. */
export interface TargetRun {
  readonly key: string;
  readonly subject: Subject;
  readonly target: Target;
  readonly sightings: Pick<Sightings, "byOurClock">;
  readonly rollouts: Pick<Rollouts, "ask">;
  /** Why the store lets nobody in now. */
  readonly refusal: WaitingError | undefined;
  /** To be called when the run needs the store no more. */
  readonly leave: () => void;
}

/** What the source turned out to be, and whether it is this target's turn, noted as soon as it is known. */
interface Found {
  source?: Source;
  asked?: Asked | undefined;
}

/**
 * Brings one target's place to hold the bundle: resolve source and store, ask the engine, save what it came to. Every
 * failure of source, store or place ends in the record of this target and touches no other.
 */
export async function reconcileTarget(
  context: DeliveryContext,
  saver: Pick<StatusSaver, "open" | "close">,
  run: TargetRun,
  reconciliation: Pick<Reconciliation, "signal" | "log">,
): Promise<ReconcileResult> {
  const found: Found = {};
  try {
    return await reconcile(context, saver, run, found, reconciliation);
  } finally {
    found.asked?.leave();
  }
}

async function reconcile(
  context: DeliveryContext,
  saver: Pick<StatusSaver, "open" | "close">,
  run: TargetRun,
  found: Found,
  { signal, log }: Pick<Reconciliation, "signal" | "log">,
): Promise<ReconcileResult> {
  const { key, subject, target } = run;
  const started = context.now();
  const stored = subject.records.get(target.name);
  const onDefect = (error: unknown): void => log.error({ err: error }, "a store failed in an unforeseen way");
  const opened: { record?: DeliveryRecord } = {};
  const ended = await settle().finally(run.leave);
  if (ended.ended === "Dropped") return { requeueAt: context.now() };

  const { record, until, wrote, urgent } = ended;
  const change = outcomeOf(stored, record);
  const saved = await saver.close(
    key,
    (draft, { uid }) => {
      const current = draft.records.get(target.name);
      // Where only the answer to the save was lost, nothing has changed.
      const saved = isDeepStrictEqual(current, record);
      if (uid !== subject.uid || !(saved || maySettle(current, opened.record ?? stored))) return undefined;
      const news = saved ? undefined : change;
      const report = { target: target.name, record, change: news, generation: subject.generation, at: context.now() };
      return withReport(draft, { ...report, source: sourceReport(found.source, record) });
    },
    signal,
  );
  if (saved === "Lost") return { requeueAt: context.now() };
  if (saved === "Gone") return {};
  found.asked?.settle(record);
  if (change !== undefined) context.tell(subject, named(change, target));
  if (urgent !== undefined && record.phase === "Delivered") {
    context.tell(subject, named({ type: "Warning", outcome: "Urgent", message: urgent }, target));
  }
  context.metrics.expiry(subject, target.name, found.source?.facts.notAfter, record.remote?.notAfter);
  measure(context, run, record, wrote, (context.now().getTime() - started.getTime()) / 1000);
  return { requeueAt: nextRun(context, subject, record, until, started) };

  async function settle(): Promise<Outcome> {
    const now = context.now();
    const base: Base = {
      inputs: inputsOf(context, run),
      random: context.random(),
      lookAgainMs: context.lookAgainMs,
    };
    const before = run.sightings.byOurClock(key, target.name, stored ?? pending, now);
    try {
      const { namespace, rollout } = subject;
      // In a rollout it must be known of which bundle this target is past, so that those after it can go.
      if (run.refusal !== undefined && rollout === undefined) throw run.refusal;
      return await useSource(context, subject, { now, signal, onDefect }, async (read) => {
        found.source = read;
        found.asked = run.rollouts.ask(key, subject, target, before, revisionOf(context, subject, read));
        if (run.refusal !== undefined) throw run.refusal;
        const { storeRef, provider, block } = target;
        const use = { for: "Delivery", provider, block } as const;
        return context.stores.use(namespace, storeRef, use, signal, (resolved) =>
          context.secretValues.use(namespace, context.secretsOf(target), signal, (secrets) =>
            bring(before, base, read, resolved, secrets),
          ),
        );
      });
    } catch (error) {
      if (signal.aborted || !isStoreError(error)) throw error;
      return settled(before, base, error);
    }
  }

  function settled(before: DeliveryRecord, base: Base, error: StoreError): Outcome {
    const step = afterFailure(before, { during: "observe", error }, base, context.now());
    return { ended: "Settled", record: step.record, until: step.until, wrote: false };
  }

  async function bring(
    before: DeliveryRecord,
    base: Base,
    source: Source,
    resolved: ResolvedStore,
    secrets: ReadonlyMap<string, Buffer>,
  ): Promise<Outcome> {
    if (target.policies.deletionPolicy === "Delete")
      context.storesInUse.check(storeKey(subject.namespace, target.storeRef));
    const secret = (ref: SecretKeyRef): Buffer => secrets.get(refName(ref)) ?? Buffer.alloc(0);
    const last = isDeepStrictEqual(before.place?.storeRef, target.storeRef) ? before.place?.address : undefined;
    const place = resolved.store.place(target.block, { namespace: subject.namespace, before: last, secret });
    const desired: Desired = {
      bundle: target.privateKey === "Include" ? source.bundle : withoutKey(source.bundle),
      chain: target.chain,
      ...(source.file === undefined ? {} : { file: source.file }),
      mark: markOf(context.ownerId, subject, target.name),
    };
    const situation: Situation = {
      ...base,
      place: {
        storeRef: target.storeRef,
        address: place.address,
        key: place.key,
        deletionPolicy: target.policies.deletionPolicy,
      },
      repeatable: place.repeatable,
      leaf: source.facts,
      fingerprint: fingerprintOf(context, target, desired, [...secrets.values()]),
      policies: target.policies,
      claim: claim(context, subject, target, place),
      schedule: subject.schedule,
      turn: found.asked?.turn,
      suspended: suspensionOf(context, subject, target, resolved),
      timeoutMs: resolved.store.timeoutMs,
    };
    const effects = {
      now: context.now,
      fence: context.fence,
      onDefect,
      open: async (record: DeliveryRecord) => {
        const saved = await saver.open(
          key,
          subject,
          (draft) => {
            const asDecided = isDeepStrictEqual(draft.records.get(target.name), opened.record ?? stored);
            return asDecided ? withOpening(draft, target.name, record) : undefined;
          },
          signal,
        );
        if (saved === "Saved") opened.record = record;
        return saved === "Saved";
      },
    };
    return deliver(movedTo(before, place.address), place, desired, situation, effects, signal);
  }
}

/** Everything that failures are counted under, without reading anything. */
function inputsOf(context: DeliveryContext, { subject, target }: TargetRun): string {
  const { namespace } = subject;
  const versions = [
    sourceVersion(context, subject),
    context.stores.version(namespace, target.storeRef),
    context.secretValues.version(namespace, context.secretsOf(target)),
  ];
  const digest = createHash("sha256").update(JSON.stringify([target, subject.suspended, versions]));
  return digest.digest("hex").slice(0, 32);
}

function withoutKey({ key: _key, ...bundle }: Source["bundle"]): Source["bundle"] {
  return bundle;
}

function fingerprintOf(
  context: DeliveryContext,
  target: Target,
  { bundle, chain, mark, file }: Desired,
  secrets: readonly Buffer[],
): string {
  const certificates = chainOf(bundle, { chain: chain.include, root: chain.root });
  const shape = JSON.stringify([target.block, target.chain, target.privateKey, mark]);
  const key = bundle.key ?? Buffer.alloc(0);
  const parts = [shape, key, bundle.leaf, ...certificates, "trusted", ...bundle.trusted, "secrets", ...secrets];
  if (file !== undefined) parts.push("file", file);
  return fingerprint(context.fingerprintKey, parts);
}

/** Names one rollout of an object: what goes out, and what was asked for. */
function revisionOf(context: DeliveryContext, { generation, requested }: Subject, { bundle }: Source): string {
  const { leaf, chain, key = Buffer.alloc(0), trusted } = bundle;
  const asked = JSON.stringify([generation, requested]);
  return fingerprint(context.fingerprintKey, [asked, key, leaf, ...chain, "trusted", ...trusted]);
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

function named(change: NonNullable<ReturnType<typeof outcomeOf>>, target: Target): typeof change {
  return target.name === "" ? change : { ...change, message: `Target ${target.name}: ${change.message}` };
}

function measure(
  context: DeliveryContext,
  { subject, target }: TargetRun,
  record: DeliveryRecord,
  wrote: boolean,
  seconds: number,
): void {
  if (record.phase === "Failed") context.metrics.delivery(subject, target, "failed", seconds);
  else if (record.phase === "Blocked") context.metrics.delivery(subject, target, "blocked", seconds);
  else if (wrote) context.metrics.delivery(subject, target, "delivered", seconds);
}

/**
 * The earliest of the engine's own time, the refresh, spread over a tenth of its interval, and the end of what lies there: also
 * one that came since `started`, which the conditions do not tell yet.
 */
function nextRun(
  context: DeliveryContext,
  { refreshMs }: Subject,
  { remote }: DeliveryRecord,
  until: Date | undefined,
  started: Date,
): Date | undefined {
  const now = context.now().getTime();
  const refresh = refreshMs === 0 ? [] : [now + Math.round(refreshMs * (0.95 + 0.1 * context.random()))];
  const expiry =
    remote?.notAfter === undefined ? [] : [Date.parse(remote.notAfter)].filter((time) => time > started.getTime());
  const times = [...(until === undefined ? [] : [until.getTime()]), ...refresh, ...expiry];
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
