import { isDeepStrictEqual } from "node:util";
import type { PreviousPlace } from "../../crds/index.ts";
import {
  afterFailure,
  type Base,
  type DeliveryRecord,
  type Effects,
  maySettle,
  type Outcome,
  pending,
  type Told,
} from "../../delivery/index.ts";
import type { Source } from "../../resolve/index.ts";
import type { Reconciliation, ReconcileResult } from "../../runtime/index.ts";
import { isStoreError, type WaitingError } from "../../stores/errors.ts";
import { bring } from "./bring.ts";
import { type DeliveryContext, deliveryUse } from "./context.ts";
import { inputsOf, revisionOf } from "./digests.ts";
import { type Draft, isRepeated, withOpening, withReport } from "./draft.ts";
import { type OutcomeChange, outcomeOf } from "./outcome.ts";
import type { Asked, Rollouts } from "./rollouts.ts";
import type { Saved, StatusSaver } from "./saver.ts";
import type { Sightings } from "./sightings.ts";
import { useSource } from "./source.ts";
import { sourceReport } from "./source-report.ts";
import type { Subject, Target } from "./subject.ts";
import { toldInStatus } from "./told.ts";

/** One target of one object, as this run found it. */
export interface TargetRun {
  readonly key: string;
  readonly subject: Subject;
  readonly target: Target;
  /** Places that the object's targets have left. */
  readonly previous: readonly PreviousPlace[];
  readonly sightings: Pick<Sightings, "byOurClock">;
  readonly rollouts: Pick<Rollouts, "ask">;
  /** Why the store lets nobody in now. */
  readonly refusal: WaitingError | undefined;
  /** To be called when the run needs the store no more. */
  readonly leave: () => void;
}

/** What a run has come to know, noted as soon as it is known. */
interface Known {
  /** The record that it began with. */
  readonly stored: DeliveryRecord | undefined;
  /** The record of a write that it has opened. */
  opened?: DeliveryRecord;
  source?: Source;
  /** Nobody has asked for the source: the store lets nobody in. */
  unread?: boolean;
  told?: Told | undefined;
  replaced?: string | undefined;
  /** What it came to was told before. */
  repeated?: boolean;
  /** Whether it is this target's turn. */
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
  { signal, log }: Pick<Reconciliation, "signal" | "log">,
): Promise<ReconcileResult> {
  const { subject, target } = run;
  const started = context.now();
  const known: Known = { stored: subject.records.get(target.name) };
  try {
    const onDefect = (error: unknown): void => log.error({ err: error }, "a store failed in an unforeseen way");
    const effects = effectsOf(context, saver, run, known, onDefect, signal);
    const ended = await settle(context, run, known, effects, signal).finally(run.leave);
    if (ended.ended === "Dropped") return { requeueAt: context.now() };
    const { record, until, wrote, urgent, warning } = ended;
    known.replaced = ended.replaced;
    known.told = await toldInStatus(target.provider, ended.told);
    const change = outcomeOf(known.stored, record);
    const saved = await saveOutcome(context, saver, run, known, record, change, signal);
    if (saved === "Lost") return { requeueAt: context.now() };
    if (saved === "Gone") return {};
    known.asked?.settle(record);
    if (change !== undefined && known.repeated !== true) context.tell(subject, named(change, target));
    if (urgent !== undefined && (record.phase === "Delivered" || record.job !== undefined)) {
      context.tell(subject, named({ type: "Warning", outcome: "Urgent", message: urgent }, target));
    }
    if (warning !== undefined) {
      context.tell(subject, named({ type: "Warning", outcome: warning.reason, message: warning.message }, target));
    }
    context.metrics.expiry(subject, target.name, known.source?.facts.notAfter, record.remote?.notAfter);
    measure(context, run, record, wrote, secondsSince(known.stored?.job?.submittedAt ?? started, context.now()));
    return { requeueAt: nextRun(context, subject, record, until, started) };
  } finally {
    known.asked?.leave();
  }
}

/** What the engine does outside the place. The opening of a write is saved only over the record that it was decided from. */
function effectsOf(
  context: DeliveryContext,
  saver: Pick<StatusSaver, "open">,
  { key, subject, target }: TargetRun,
  known: Known,
  onDefect: (error: unknown) => void,
  signal: AbortSignal,
): Effects {
  const open = async (record: DeliveryRecord): Promise<boolean> => {
    const asDecided = (draft: Draft): boolean =>
      isDeepStrictEqual(draft.records.get(target.name), known.opened ?? known.stored);
    const opening = (draft: Draft): Draft | undefined =>
      asDecided(draft) ? withOpening(draft, target.name, record) : undefined;
    const saved = await saver.open(key, subject, opening, signal);
    if (saved === "Saved") known.opened = record;
    return saved === "Saved";
  };
  return { now: context.now, fence: context.fence, onDefect, open };
}

async function settle(
  context: DeliveryContext,
  run: TargetRun,
  known: Known,
  effects: Effects,
  signal: AbortSignal,
): Promise<Outcome> {
  const { key, subject, target, refusal } = run;
  const now = context.now();
  const base: Base = {
    inputs: inputsOf(context, subject, target),
    random: context.random(),
    lookAgainMs: context.lookAgainMs,
  };
  const before = run.sightings.byOurClock(key, target.name, known.stored ?? pending, now);
  try {
    const { namespace, rollout } = subject;
    const reading = { now, signal, onDefect: (error: unknown) => effects.onDefect(error) };
    // In a rollout it must be known of which bundle this target is past, so that those after it can go.
    if (refusal !== undefined && rollout === undefined) {
      known.unread = true;
      throw refusal;
    }
    return await useSource(context, subject, target, reading, async (source) => {
      known.source = source;
      known.asked = run.rollouts.ask(key, subject, target, before, revisionOf(context, subject, source));
      if (refusal !== undefined) throw refusal;
      const turn = known.asked?.turn;
      return context.stores.use(namespace, target.storeRef, deliveryUse(subject, target), signal, (store) =>
        context.secretValues.use(namespace, context.secretsOf(target), signal, (secrets) =>
          bring(
            context,
            subject,
            target,
            { before, base, source, store, secrets, turn, previous: run.previous },
            effects,
            signal,
          ),
        ),
      );
    });
  } catch (error) {
    if (signal.aborted || !isStoreError(error)) throw error;
    const { record, until } = afterFailure(before, { during: "observe", error }, base, context.now());
    return { ended: "Settled", record, until, wrote: false };
  }
}

function saveOutcome(
  context: DeliveryContext,
  saver: Pick<StatusSaver, "close">,
  { key, subject, target }: TargetRun,
  known: Known,
  record: DeliveryRecord,
  change: OutcomeChange | undefined,
  signal: AbortSignal,
): Promise<Saved> {
  const { stored, opened, source, told, replaced } = known;
  return saver.close(
    key,
    (draft, { uid }) => {
      const current = draft.records.get(target.name);
      // Where only the answer to the save was lost, nothing has changed.
      const saved = isDeepStrictEqual(current, record);
      if (uid !== subject.uid || !(saved || maySettle(current, opened ?? stored))) return undefined;
      if (!saved) known.repeated = change !== undefined && isRepeated(draft, target.name, change);
      const news = saved || known.repeated === true ? undefined : change;
      const report = { target: target.name, record, change: news, generation: subject.generation, at: context.now() };
      const teller = { provider: target.provider, told };
      const found = known.unread === true ? undefined : sourceReport(source, record);
      return withReport(draft, { ...report, teller, replaced, source: found });
    },
    signal,
  );
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
  // What was only submitted counts when its job has ended.
  else if (wrote && record.phase === "Delivered") context.metrics.delivery(subject, target, "delivered", seconds);
}

function secondsSince(start: string | Date, now: Date): number {
  return (now.getTime() - new Date(start).getTime()) / 1000;
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
