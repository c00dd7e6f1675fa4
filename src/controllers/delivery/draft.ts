import type {
  CertificateFactsStatus,
  Condition,
  DeliveryRecord,
  HistoryEntry,
  PreviousPlace,
} from "../../crds/index.ts";
import { openedNow, pending, requested } from "../../delivery/index.ts";
import type { OutcomeChange } from "./outcome.ts";
import { type Reports, reportsAfter, type Teller } from "./reports.ts";

/** What the status of every kind that delivers holds. Conditions and summary are made from it. */
export interface Draft {
  /** By target name; "" for the one place of an import. */
  readonly records: ReadonlyMap<string, DeliveryRecord>;
  readonly previous: readonly PreviousPlace[];
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
  /** Set while the object is going and cannot: why. */
  readonly removal?: { readonly reason: string; readonly message: string };
  /** Places that nobody remembers from this save on, since there is no room for more; told with a Warning event. */
  readonly forgotten?: readonly PreviousPlace[];
  /** The generation of the spec that each target was last seen to under, in this process. */
  readonly generations: ReadonlyMap<string, number>;
}

const longestHistory = 20;
const mostPrevious = 64;

/** What one run came to, to be noted in the draft. */
export interface TargetReport {
  readonly target: string;
  readonly record: DeliveryRecord;
  /** What it changed for the user since the run before: an attempt in between is no outcome. */
  readonly change: OutcomeChange | undefined;
  readonly generation: number;
  readonly at: Date;
  readonly teller?: Teller | undefined;
  /** What the source was found to be, when the run came so far. */
  readonly source?: Pick<Draft, "certificate" | "source" | "fileName" | "sourceValid"> | undefined;
}

/** The draft after a target's run: its record, its history, and the place it has left, when that is to be removed. */
export function withReport(draft: Draft, report: TargetReport): Draft {
  const { target, record, change, generation, at, teller, source } = report;
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
    ...withLeft(draft, target, before, record),
    reports: reportsAfter(draft.reports, before, record, teller),
    history: entry === undefined ? draft.history : [...draft.history, entry].slice(-longestHistory),
    generations: new Map(draft.generations).set(target, generation),
  };
}

/** The opening of a write: no outcome yet. */
export function withOpening(draft: Draft, target: string, record: DeliveryRecord): Draft {
  const before = draft.records.get(target);
  const left = withLeft(draft, target, before, record);
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

/** Drops the records of targets that the spec names no longer; their places are to be removed where their policy was Delete. */
export function withoutTargets(draft: Draft, kept: ReadonlySet<string>): Draft {
  const dropped = [...draft.records].filter(([name]) => !kept.has(name));
  if (dropped.length === 0) return draft;
  const left = dropped.flatMap(([target, record]) =>
    record.place?.deletionPolicy === "Delete" ? leftBy(target, record) : [],
  );
  return {
    ...draft,
    records: new Map([...draft.records].filter(([name]) => kept.has(name))),
    ...withMore(draft, left),
    generations: new Map([...draft.generations].filter(([name]) => kept.has(name))),
  };
}

/** A left place that is gone back to is none any more. */
function withLeft(
  draft: Draft,
  target: string,
  before: DeliveryRecord | undefined,
  after: DeliveryRecord,
): Pick<Draft, "previous" | "forgotten"> {
  const old = before?.place;
  const now = after.place === undefined ? [] : [{ target, place: after.place }];
  const previous = draft.previous.filter((entry) => !now.some((own) => samePlace(own, entry)));
  const stays = before === undefined || old?.deletionPolicy !== "Delete" || old.address === after.place?.address;
  return withMore({ ...draft, previous }, stays ? [] : leftBy(target, before));
}

function withMore(
  { previous, forgotten = [] }: Pick<Draft, "previous" | "forgotten">,
  more: readonly PreviousPlace[],
): Pick<Draft, "previous" | "forgotten"> {
  const all = [...previous, ...more];
  const over = Math.max(0, all.length - mostPrevious);
  return { previous: all.slice(over), forgotten: [...forgotten, ...all.slice(0, over)] };
}

function withoutBackOff(entry: PreviousPlace): PreviousPlace {
  if (entry.failureFingerprint === undefined) return entry;
  const { failures: _failures, failureFingerprint: _inputs, nextAttemptTime: _next, ...rest } = entry;
  return rest;
}

/** Whether two entries mean what one target wrote at one address. */
export function samePlace(
  a: Pick<PreviousPlace, "target" | "place">,
  b: Pick<PreviousPlace, "target" | "place">,
): boolean {
  return (a.target ?? "") === (b.target ?? "") && a.place.address === b.place.address;
}

/** What a record's place becomes when it is to be removed: not before a write there can no longer be under way. */
export function leftBy(target: string, { place, attempt }: DeliveryRecord): PreviousPlace[] {
  if (place === undefined) return [];
  const underWay = attempt !== undefined && attempt.answeredAt === undefined;
  return [{ ...(target === "" ? {} : { target }), place, ...(underWay ? { nextAttemptTime: attempt.deadline } : {}) }];
}
