import type { Condition } from "../../crds/index.ts";
import { setCondition } from "../../runtime/index.ts";
import type { Draft } from "./draft.ts";
import type { CommonStatus, DeliveryKind, DeliveryObject } from "./kind.ts";
import { off, type Readiness, readiness, type Verdict } from "./readiness.ts";
import { reportsIn } from "./reports.ts";
import type { Subject } from "./subject.ts";

/** The draft that an object's status tells. `generations` is what this process knows beyond it. */
export function draftOf(object: DeliveryObject, subject: Subject, generations: ReadonlyMap<string, number>): Draft {
  const status: CommonStatus = object.status ?? {};
  const valid = status.conditions?.find(({ type }) => type === "SourceValid");
  return {
    records: subject.records,
    previous: status.previous ?? [],
    history: status.history ?? [],
    certificate: status.certificate,
    source: status.source,
    fileName: status.fileName,
    reports: reportsIn(status),
    sourceValid: valid ?? { status: "Unknown", reason: "Pending", message: "The source has not been read yet." },
    lastHandledReconcileAt: status.lastHandledReconcileAt,
    lastHandledDeliverNow: status.lastHandledDeliverNow,
    generations,
  };
}

/** The whole status to be written: everything is stated each time, since an apply drops what it leaves out. */
export function statusOf(
  kind: DeliveryKind,
  object: DeliveryObject,
  subject: Subject,
  draft: Draft,
  now: Date,
  writesSuspended: boolean,
): object {
  const names = subject.targets.map(({ name }) => name);
  const table = readiness(names, draft, subject.suspended || writesSuspended, now);
  const state = draft.removal === undefined ? table : going(table, draft.removal);
  const before: CommonStatus = object.status ?? {};
  const observedGeneration = Math.min(
    ...names.map((name) => draft.generations.get(name) ?? before.observedGeneration ?? -1),
  );
  const { certificate, source, fileName, lastHandledReconcileAt, lastHandledDeliverNow } = draft;
  return {
    observedGeneration,
    conditions: conditions(before.conditions ?? [], state, draft, observedGeneration, now),
    summary: state.summary,
    ...defined({ certificate, source, fileName, lastHandledReconcileAt, lastHandledDeliverNow }),
    ...(draft.history.length === 0 ? {} : { history: draft.history }),
    ...(draft.previous.length === 0 ? {} : { previous: draft.previous }),
    ...kind.recordsStatus(draft, names),
  };
}

/** An object that cannot go is stalled, unless the store is at it, whatever its targets came to before. */
function going(table: Readiness, { reason, message, goesOn }: NonNullable<Draft["removal"]>): Readiness {
  const why: Verdict = { status: "True", reason, message };
  const [reconciling, stalled] = goesOn ? [why, off("NotStalled")] : [off("NotReconciling"), why];
  return { ...table, ready: { ...why, status: "False" }, reconciling, stalled };
}

function conditions(
  before: readonly Condition[],
  state: Readiness,
  draft: Draft,
  generation: number,
  now: Date,
): readonly Condition[] {
  const observed = generation < 0 ? {} : { observedGeneration: generation };
  const set = (list: readonly Condition[], type: string, verdict: Verdict | undefined): readonly Condition[] => {
    const { status, reason, message } = verdict ?? asItWas(list, type);
    return setCondition(list, { type, status, reason, message, ...observed }, now);
  };
  let list = set(before, "Ready", state.ready);
  list = set(list, "Reconciling", state.reconciling);
  list = set(list, "Stalled", state.stalled);
  list = set(list, "Delivered", state.delivered);
  return set(list, "SourceValid", draft.sourceValid);
}

function asItWas(list: readonly Condition[], type: string): Verdict {
  return list.find((condition) => condition.type === type) ?? { status: "Unknown", reason: "Suspended", message: "" };
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
