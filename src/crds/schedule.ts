import * as z from "zod";
import { duration, time } from "./fields.ts";
import { rules } from "./rules.ts";

/** The fields of a cron pattern: what a value may be, and how large a step. */
const cronFields = [
  { value: "[0-5]?[0-9]", step: "[1-9]|[1-5][0-9]" },
  { value: "[01]?[0-9]|2[0-3]", step: "[1-9]|1[0-9]|2[0-3]" },
  { value: "0?[1-9]|[12][0-9]|3[01]", step: "[1-9]|[12][0-9]|3[01]" },
  { value: "0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC", step: "[1-9]|1[0-2]" },
  { value: "[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT", step: "[1-7]" },
];
const cronPattern = cronFields
  .map(({ value, step }) => {
    const item = `([*](/(${step}))?|(${value})(-(${value})(/(${step}))?)?)`;
    return `${item}(,${item})*`;
  })
  .join(" +");

const cron = z
  .string()
  .max(128)
  .meta(
    rules({
      rule: `self.matches('^${cronPattern}$')`,
      message:
        "must be five cron fields, minute hour day-of-month month day-of-week: numbers, JAN-DEC, SUN-SAT, '*', '-', ',' and '/'",
    }),
  )
  .describe(
    "When the window opens: five fields, minute hour day-of-month month day-of-week. A time that the clocks skip is when they jump, one that comes twice is the first of both; with '*' or a step in the hour field, hours go by as they elapse.",
  );

const timezone = z
  .string()
  .max(64)
  .regex(/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/)
  .meta(
    rules(
      // The API server looks the zone up, and refuses one that it does not know.
      {
        rule: "self != 'Local' && timestamp('2026-01-01T00:00:00Z').getHours(self) >= 0",
        message: "must be the name of an IANA time zone, as Europe/Rome",
      },
    ),
  )
  .describe("IANA time zone that the pattern is read in; UTC when unset.");

const window = z
  .object({
    cron,
    windowDuration: duration("15m", "no zero").describe(
      "How long it stays open, in time that elapses: 15m to 168h. A delivery must begin inside it, and so must each retry.",
    ),
    timezone: timezone.optional(),
  })
  .meta(
    rules({
      rule: "duration(self.windowDuration) <= duration('168h')",
      message: "windowDuration must be at most 168h",
    }),
  );
export type DeliveryWindow = z.infer<typeof window>;

/** When a deployment may write. */
export const schedule = z
  .object({
    runAt: time
      .optional()
      .describe("Nothing is written before. With windows, it is the first opening at or after this time."),
    windows: z
      .array(window)
      .min(1)
      .max(8)
      .meta({ "x-kubernetes-list-type": "atomic" })
      .optional()
      .describe("When deliveries may begin; where windows overlap, it is enough that one is open."),
    urgentBeforeExpiry: duration("1m", "no zero")
      .optional()
      .describe(
        "A placed certificate of ours that expires within this time, or before the next opening, is replaced at once, with an event.",
      ),
  })
  .meta(
    rules({
      rule: "has(self.runAt) || has(self.windows)",
      message: "runAt or windows must be set",
    }),
  )
  .describe(
    "When deliveries, repairs and the removal of places that were left may begin; at any time when unset. Meanwhile only the newest certificate is kept for the opening. Deleting the resource does not wait. The annotation certferry.io/deliver-now opens once for each value.",
  );
export type Schedule = z.infer<typeof schedule>;

/** How many targets at once. */
export const rollout = z
  .object({
    maxParallel: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe("How many targets are delivered to at a time, from the look to the check; 1 when unset."),
    stopOnFailure: z
      .boolean()
      .optional()
      .describe(
        "True: after the first failure nothing is begun any more until spec or source changes, or a reconcile is requested; false when unset.",
      ),
  })
  .describe(
    "In which steps a new certificate goes out: the targets in the order of the list; all at once when unset. A target that is in back-off, blocked or waiting for something else holds up nobody; one whose store has no room yet is waited for.",
  );
export type Rollout = z.infer<typeof rollout>;
