import type {
  CertificateFactsStatus,
  Condition,
  DeliveryRecord,
  HistoryEntry,
  PreviousPlace,
} from "../../crds/index.ts";
import { openedNow, pending, requested } from "../../delivery/index.ts";
import { type Left, withGone, withLeft, withReplaced } from "./left.ts";
import type { OutcomeChange } from "./outcome.ts";
import { type Reports, reportsAfter, type Teller } from "./reports.ts";

/** What the status of every kind that delivers holds. Conditions and summary are made from it. */
export interface Draft extends Left {
  /** By target name; "" for the one place of an import. */
  readonly records: ReadonlyMap<string, DeliveryRecord>;
  readonly history: readonly HistoryEntry[];
  readonly certificate?: CertificateFactsStatus | undefined;
  readonly source?: { readonly format: string; readonly resourceVersion: string } | undefined;
  /** Name of the file, where the source is a store that gives one. */
  readonly fileName?: string | undefined;
  /** What the provider of an import has told. */
  readonly reports: Reports;
  readonly sourceValid: { readonly status: Condition["status"]; readonly reason: string; readonly message: string };
  readonly lastHandledReconcileAt?: string | undefined;
  readonly lastHandledDeliverNow?: string | undefined;
  /** Set while the object is going and cannot yet: why. `goesOn`: it needs nobody. */
  readonly removal?: { readonly reason: string; readonly message: string; readonly goesOn: boolean } | undefined;
  /** The generation of the spec that each target was last seen to under, in this process. */
  readonly generations: ReadonlyMap<string, number>;
}

const longestHistory = 20;

/** What one run came to, to be noted in the draft. */
export interface TargetReport {
  readonly target: string;
  readonly record: DeliveryRecord;
  /** What it changed for the user since the run before: an attempt in between is no outcome. */
  readonly change: OutcomeChange | undefined;
  readonly generation: number;
  readonly at: Date;
  readonly teller?: Teller | undefined;
  /** `Place.key` of what the target wrote at its place under another name, and is to be removed now. */
  readonly replaced?: string | undefined;
  /** What the source was found to be, when the run came so far. */
  readonly source?: Pick<Draft, "certificate" | "source" | "fileName" | "sourceValid"> | undefined;
}

/** The draft after a target's run: its record, its history, and the place it has left, when that is to be removed. */
export function withReport(draft: Draft, report: TargetReport): Draft {
  const { target, record, change, generation, at, teller, replaced, source } = report;
  const before = draft.records.get(target);
  const entry: HistoryEntry | undefined = change && {
    time: at.toISOString(),
    ...(target === "" ? {} : { target }),
    ...(record.remote?.sha256 === undefined ? {} : { sha256: record.remote.sha256.slice(0, 16) }),
    outcome: change.outcome,
    message: change.message.slice(0, 128),
  };
  return {
    ...draft,
    ...source,
    records: new Map(draft.records).set(target, record),
    ...withReplaced(withLeft(leftIn(draft), target, before, record), target, record, replaced),
    reports: reportsAfter(draft.reports, before, record, teller),
    history: entry === undefined ? draft.history : [...draft.history, entry].slice(-longestHistory),
    generations: new Map(draft.generations).set(target, generation),
  };
}

/** Whether a failure is what was told of this target last: it was tried again, and a job came in between. */
export function isRepeated({ history }: Draft, target: string, { type, outcome, message }: OutcomeChange): boolean {
  const last = history.findLast((entry) => (entry.target ?? "") === target);
  return type === "Warning" && last?.outcome === outcome && last.message === message.slice(0, 128);
}

/** The opening of a write: no outcome yet. */
export function withOpening(draft: Draft, target: string, record: DeliveryRecord): Draft {
  const before = draft.records.get(target);
  const left = withLeft(leftIn(draft), target, before, record);
  const reports = reportsAfter(draft.reports, before, record);
  return { ...draft, ...left, reports, records: new Map(draft.records).set(target, record) };
}

/**
 * A reconcile request, and what it ends, in one save: a process that dies after it neither loses the request nor takes it for
 * the answer to a later doubt.
 */
export function withRequest(draft: Draft, value: string | undefined): Draft {
  const records = new Map([...draft.records].map(([name, record]) => [name, requested(record)]));
  const previous = draft.previous.map(withoutBackOff);
  return { ...draft, records, previous, lastHandledReconcileAt: value };
}

/** A request to deliver now opens each target once, also one that was never looked at: noted in one save, it is not lost. */
export function withDeliverNow(draft: Draft, value: string, targets: ReadonlySet<string>): Draft {
  const opened = [...targets].map((name): [string, DeliveryRecord] => [
    name,
    openedNow(draft.records.get(name) ?? pending, value),
  ]);
  return { ...draft, records: new Map([...draft.records, ...opened]), lastHandledDeliverNow: value };
}

/** Drops the records of targets that the spec names no longer; what they have left is to be seen to. */
export function withoutTargets(draft: Draft, kept: ReadonlySet<string>): Draft {
  const dropped = [...draft.records].filter(([name]) => !kept.has(name));
  if (dropped.length === 0) return draft;
  return {
    ...draft,
    records: new Map([...draft.records].filter(([name]) => kept.has(name))),
    ...withGone(leftIn(draft), dropped),
    generations: new Map([...draft.generations].filter(([name]) => kept.has(name))),
  };
}

function leftIn({ previous, forgotten }: Draft): Left {
  return { previous, ...(forgotten && { forgotten }) };
}

function withoutBackOff(entry: PreviousPlace): PreviousPlace {
  if (entry.failureFingerprint === undefined) return entry;
  const { failures: _failures, failureFingerprint: _inputs, nextAttemptTime: _next, ...rest } = entry;
  return rest;
}
