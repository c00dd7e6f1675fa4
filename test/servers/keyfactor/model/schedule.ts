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
  /** Inventory alone: every so many milliseconds from `at`. */
  | { readonly kind: "Every"; readonly at: number; readonly periodMs: number }
  | { readonly kind: "Off" };

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
  if (wire.Interval) return { kind: "Every", at: now, periodMs: wire.Interval.Minutes * 60_000 };
  if (wire.Daily) return { kind: "Every", at: next(wire.Daily.Time, now, dayMs), periodMs: dayMs };
  if (wire.Weekly) return { kind: "Every", at: next(wire.Weekly.Time, now, 7 * dayMs), periodMs: 7 * dayMs };
  if (wire.Monthly) return { kind: "Every", at: next(wire.Monthly.Time, now, 30 * dayMs), periodMs: 30 * dayMs };
  if ("Off" in wire) return { kind: "Off" };
  throw badRequest("Schedule must have exactly one member.");
}

/** The schedule of a job on a certificate: such a job has one time (A.7 [I]). */
export function onceOf(wire: Wire, now: number): { readonly at: number; readonly wire: object | null } {
  const due = dueOf(wire, now);
  // Immediate jobs read back as null (A.7 [O]).
  if (due.kind === "Immediate") return { at: now, wire: null };
  if (due.kind !== "ExactlyOnce") throw badRequest("Schedule must be Immediate or ExactlyOnce.");
  return { at: due.at, wire: { ExactlyOnce: { Time: new Date(due.at).toISOString() } } };
}

function next(first: number, now: number, periodMs: number): number {
  return first >= now ? first : first + Math.ceil((now - first) / periodMs) * periodMs;
}
