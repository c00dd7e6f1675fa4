import type { DeliveryRecord, PreviousPlace } from "../../crds/index.ts";
import { isRemovals, pending } from "../../delivery/index.ts";

/** What an object's targets have left, and what of it there was no room for. */
export interface Left {
  readonly previous: readonly PreviousPlace[];
  /** Places that nobody remembers from this save on; told with a Warning event. */
  readonly forgotten?: readonly PreviousPlace[];
}

const mostPrevious = 64;

/**
 * After a target's record has gone from `before` to `after`. A left place that is gone back to is none any more, and a job on its
 * way there is the record's own (`withJobLeft`).
 */
export function withLeft(left: Left, target: string, before: DeliveryRecord | undefined, after: DeliveryRecord): Left {
  const { place } = after;
  const moved = before?.place?.address !== place?.address;
  const kept = left.previous.flatMap((entry) => {
    if (place === undefined) return [entry];
    if (isGoneBackTo(entry, target, place)) return [];
    return moved && isAt(entry, place) ? withoutJobLeft(entry) : [entry];
  });
  const more = moved && before?.place !== undefined ? toBeLeft(target, before) : [];
  return withMore({ ...left, previous: kept }, more);
}

function isGoneBackTo(entry: PreviousPlace, target: string, place: PreviousPlace["place"]): boolean {
  if (entry.replaced !== true) return samePlace({ target, place }, entry);
  return isOf(entry, target) && isAt(entry, place);
}

/** Whether what was left is where a place is now. What was replaced there lies under another name. */
export function isAt({ place, replaced }: PreviousPlace, { address, key }: { address: string; key: string }): boolean {
  return place.address === address && (replaced !== true || place.key === key);
}

function withoutJobLeft(entry: PreviousPlace): PreviousPlace[] {
  const { job, ...rest } = entry;
  if (job?.fingerprint === undefined) return [entry];
  return entry.place.deletionPolicy === "Delete" ? [rest] : [];
}

/** What a target has found that it wrote at its place under another name: to be removed, whatever its policy says. */
export function withReplaced(left: Left, target: string, { place }: DeliveryRecord, key: string | undefined): Left {
  if (place === undefined || key === undefined || key === place.key) return left;
  const old = { ...place, key, deletionPolicy: "Delete" } as const;
  const entry: PreviousPlace = { ...(target === "" ? {} : { target }), place: old, replaced: true };
  return left.previous.some((other) => samePlace(entry, other)) ? left : withMore(left, [entry]);
}

/** What is left of targets that the spec names no longer. */
export function withGone(left: Left, gone: Iterable<readonly [string, DeliveryRecord]>): Left {
  return withMore(
    left,
    [...gone].flatMap(([target, record]) => toBeLeft(target, record)),
  );
}

/** Under Retain nothing is to be done, unless a job is on its way that can be taken back. */
function toBeLeft(target: string, record: DeliveryRecord): PreviousPlace[] {
  const concerns = record.place?.deletionPolicy === "Delete" || record.job !== undefined;
  return concerns ? leftBy(target, record) : [];
}

/** What a record's place becomes when it is left: not to be removed before a write there can no longer be under way. */
export function leftBy(target: string, { place, attempt, job }: DeliveryRecord): PreviousPlace[] {
  if (place === undefined) return [];
  const underWay = attempt !== undefined && attempt.answeredAt === undefined;
  return [
    {
      ...(target === "" ? {} : { target }),
      place,
      ...(job === undefined ? {} : { job: leftJob(job) }),
      ...(underWay ? { nextAttemptTime: attempt.deadline } : {}),
    },
  ];
}

/** The job of a removal is kept in the record of a place whose object is going, under the digest of that removal. */
function leftJob({ fingerprint, ...job }: NonNullable<DeliveryRecord["job"]>): NonNullable<PreviousPlace["job"]> {
  return isRemovals(fingerprint) ? job : { ...job, fingerprint };
}

/** Whether the store has accepted the removal; a job of a delivery only comes before it. */
export function isBeingRemoved({ job }: PreviousPlace): boolean {
  return job !== undefined && job.fingerprint === undefined;
}

/**
 * The record of a target that wants a place to which a job of one that has left it is on its way: that is its own from now on.
 * @param there what was left at that place
 */
export function withJobLeft(record: DeliveryRecord, there: readonly PreviousPlace[]): DeliveryRecord {
  const { deliverNow } = record;
  for (const { place, job } of there) {
    if (job?.fingerprint === undefined || record.place?.address === place.address) continue;
    const { fingerprint } = job;
    return { ...pending, place, job: { ...job, fingerprint }, ...(deliverNow === undefined ? {} : { deliverNow }) };
  }
  return record;
}

/** Whether two entries mean what one target wrote at one address, and under one name where it has had several there. */
export function samePlace(
  a: Pick<PreviousPlace, "target" | "place" | "replaced">,
  b: Pick<PreviousPlace, "target" | "place" | "replaced">,
): boolean {
  const name = ({ replaced, place }: typeof a): string | undefined => (replaced === true ? place.key : undefined);
  return isOf(a, b.target ?? "") && a.place.address === b.place.address && name(a) === name(b);
}

function isOf({ target = "" }: Pick<PreviousPlace, "target">, name: string): boolean {
  return target === name;
}

function withMore({ previous, forgotten }: Left, more: readonly PreviousPlace[]): Left {
  const all = [...previous, ...more];
  const over = Math.max(0, all.length - mostPrevious);
  const lost = [...(forgotten ?? []), ...all.slice(0, over)];
  return { previous: all.slice(over), ...(lost.length === 0 ? {} : { forgotten: lost }) };
}
