import type { DeliveryRecord, PreviousPlace } from "../../crds/index.ts";
import { isRemovals } from "../../delivery/index.ts";

/** What an object's targets have left, and what of it there was no room for. */
export interface Left {
  readonly previous: readonly PreviousPlace[];
  /** Places that nobody remembers from this save on; told with a Warning event. */
  readonly forgotten?: readonly PreviousPlace[];
}

const mostPrevious = 64;

/** After a target's record has gone from `before` to `after`. A left place that is gone back to is none any more. */
export function withLeft(left: Left, target: string, before: DeliveryRecord | undefined, after: DeliveryRecord): Left {
  const { place } = after;
  const goneBackTo = (entry: PreviousPlace): boolean =>
    place !== undefined &&
    (entry.replaced === true
      ? isOf(entry, target) && entry.place.address === place.address && entry.place.key === place.key
      : samePlace({ target, place }, entry));
  const kept = { ...left, previous: left.previous.filter((entry) => !goneBackTo(entry)) };
  const moved = before?.place !== undefined && before.place.address !== place?.address;
  return moved ? withMore(kept, toBeLeft(target, before)) : withMore(kept, []);
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
  return isRemovals(fingerprint) ? { ...job, removes: true } : job;
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
