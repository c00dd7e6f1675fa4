import * as z from "zod";
import { members } from "../http/any-case.ts";
import { badRequest } from "../http/refusal.ts";

/** A time as Command reads it; without a zone it is UTC [I]. */
export const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), "is no date")
  .transform((text) => Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`));

const timed = members({ Time: time });

/** A KeyfactorSchedule: one member, and no other beside it (A.7 [O][D]). */
export const schedule = members({
  Immediate: z.boolean().nullish(),
  Interval: members({ Minutes: z.int().min(1) }).nullish(),
  Daily: timed.nullish(),
  Weekly: members({ Days: z.array(z.union([z.int().min(0).max(6), z.string()])).min(1), Time: time }).nullish(),
  Monthly: members({ Day: z.int().min(1).max(27), Time: time }).nullish(),
  ExactlyOnce: timed.nullish(),
  Off: z.unknown().optional(),
});
type Wire = z.output<typeof schedule>;

/** When a job is due. */
export type Due =
  | { readonly kind: "Immediate" }
  | { readonly kind: "ExactlyOnce"; readonly at: number }
  /** Inventory alone: every so many milliseconds from `at`; `wire` is what reads back. */
  | { readonly kind: "Every"; readonly at: number; readonly periodMs: number; readonly wire: object }
  | { readonly kind: "Off" };

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * What a schedule means at `now`. Weekly and monthly ones count as every seven days and every thirty: nothing here needs
 * calendars.
 */
export function dueOf(wire: Wire, now: number): Due {
  const set = Object.entries(wire).filter(([, value]) => value !== undefined && value !== null);
  if (set.length !== 1) throw badRequest("Schedule must have exactly one member.");
  if (wire.Immediate === true) return { kind: "Immediate" };
  if (wire.ExactlyOnce) return { kind: "ExactlyOnce", at: wire.ExactlyOnce.Time };
  const { Interval, Daily, Weekly, Monthly } = wire;
  if (Interval) return every(now, now, Interval.Minutes * minuteMs, { Interval });
  if (Daily) return every(now, Daily.Time, dayMs, { Daily: told(Daily) });
  if (Weekly) return every(now, Weekly.Time, 7 * dayMs, { Weekly: told(Weekly) });
  if (Monthly) return every(now, Monthly.Time, 30 * dayMs, { Monthly: told(Monthly) });
  if ("Off" in wire) return { kind: "Off" };
  throw badRequest("Schedule must have exactly one member.");
}

/** The time of a job that runs once, and its schedule as it reads back: null is Immediate (A.7 [O]). */
export interface Once {
  readonly at: number;
  readonly wire: object | null;
}

/** The schedule of a job on a certificate: such a job has one time (A.7 [I]). */
export function onceOf(wire: Wire, now: number): Once {
  const due = dueOf(wire, now);
  if (due.kind === "Immediate") return { at: now, wire: null };
  if (due.kind !== "ExactlyOnce") throw badRequest("Schedule must be Immediate or ExactlyOnce.");
  return { at: due.at, wire: { ExactlyOnce: { Time: iso(due.at) } } };
}

/** Where a schedule is a time alone, none and one that is over mean now (C.3 [S]; for Import [I]). */
export function onceAt(at: number | undefined | null, now: number): Once {
  if (at === undefined || at === null || at <= now) return { at: now, wire: null };
  return { at, wire: { ExactlyOnce: { Time: iso(at) } } };
}

function every(now: number, first: number, periodMs: number, wire: object): Due {
  const at = first >= now ? first : first + Math.ceil((now - first) / periodMs) * periodMs;
  return { kind: "Every", at, periodMs, wire };
}

/** As it came, with the time as Command writes it. */
function told(timed: { readonly Time: number }): object {
  return { ...timed, Time: iso(timed.Time) };
}

/** How Command writes a time. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
