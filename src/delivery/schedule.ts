import { Cron } from "croner";
import { type DeliveryWindow, milliseconds, type Schedule, timestamp } from "../crds/index.ts";

/** Whether a delivery may begin. `until` is when it may, or at least must be asked again; absent when nobody knows. */
export type Timing =
  | { readonly go: true; readonly urgent?: string }
  | {
      readonly go: false;
      readonly phase: "Waiting" | "Blocked";
      readonly reason: "WaitingForWindow" | "WaitingForRunAt" | "NoOpening";
      readonly message: string;
      readonly until: Date | undefined;
    };

type Opening =
  | { readonly state: "Open" }
  | { readonly state: "Closed"; readonly next: Date }
  | { readonly state: "Never"; readonly why: string };

/** Further ahead no opening is looked for: every pattern but one of a leap day has had its turn by then. */
const furthestDays = 400;
const dayMs = 86_400_000;

/**
 * The rule of time. A certificate that would expire in its place before the next opening does not wait for it, provided
 * that what comes outlasts it.
 * @param expiry when the certificate in place expires, if it is ours, and when the one that shall replace it does
 */
export function timingOf(
  schedule: Schedule,
  expiry: { readonly placed: Date | undefined; readonly coming: Date },
  now: Date,
): Timing {
  const opening = openingOf(schedule, now);
  if (opening.state === "Open") return { go: true };
  const next = opening.state === "Closed" ? opening.next : undefined;
  const { placed, coming } = expiry;
  const replaces = placed !== undefined && placed < coming;
  const urgent = replaces ? urgentFrom(schedule, placed, next ?? now) : undefined;
  if (replaces && urgent !== undefined && urgent <= now) return { go: true, urgent: urgency(placed, next) };
  const until = earlier(next, urgent);
  if (opening.state === "Never") {
    return { go: false, phase: "Blocked", reason: "NoOpening", message: opening.why, until };
  }
  const reason = schedule.windows === undefined ? "WaitingForRunAt" : "WaitingForWindow";
  const message = `The next opening is at ${timestamp(opening.next)}.`;
  return { go: false, phase: "Waiting", reason, message, until };
}

/** From when on the certificate in place must not wait for `next`; undefined when it may. */
function urgentFrom({ urgentBeforeExpiry }: Schedule, placed: Date, next: Date): Date | undefined {
  if (placed <= next) return new Date(0);
  if (urgentBeforeExpiry === undefined) return undefined;
  return new Date(placed.getTime() - milliseconds(urgentBeforeExpiry));
}

function urgency(placed: Date, next: Date | undefined): string {
  const opening = next === undefined ? "no opening is in sight" : `the next opening is at ${timestamp(next)}`;
  return `Delivered outside its schedule: the certificate in place expires at ${timestamp(placed)}, and ${opening}.`;
}

/** A window is [cron instant, + windowDuration in time that elapses); those that open before `runAt` do not count. */
function openingOf({ runAt, windows }: Schedule, now: Date): Opening {
  const start = runAt === undefined ? undefined : new Date(runAt);
  const from = start === undefined || start < now ? now : start;
  if (windows === undefined) return from > now ? { state: "Closed", next: from } : { state: "Open" };
  let next: Date | undefined;
  for (const window of windows) {
    // What opened since then is open still.
    const since = Math.max(now.getTime() - milliseconds(window.windowDuration), (start?.getTime() ?? 0) - 1);
    const opens = firstAfter(window, new Date(since));
    if (opens === "Unreadable") return { state: "Never", why: unreadable(window) };
    if (opens !== undefined && opens <= now) return { state: "Open" };
    next = earlier(next, opens);
  }
  if (next !== undefined && next.getTime() - from.getTime() <= furthestDays * dayMs) return { state: "Closed", next };
  const patterns = windows.map(({ cron }) => cron).join(", ");
  return {
    state: "Never",
    why: `No window opens within ${furthestDays} days (${patterns}). Correct schedule.windows.`,
  };
}

function unreadable({ cron, timezone = "UTC" }: DeliveryWindow): string {
  return `The window "${cron}" in ${timezone} cannot be read. Write ranges from low to high, and the name of an IANA time zone.`;
}

/**
 * Where the clocks are set, croner does what is wanted if no field but the hour's has a wildcard or a step: with one in the
 * minutes it would pass over all of an hour that the clocks skip. So it gets the minutes one by one.
 */
function firstAfter({ cron, timezone = "UTC" }: DeliveryWindow, since: Date): Date | "Unreadable" | undefined {
  const [minute = "", ...rest] = cron.split(/ +/);
  try {
    const pattern = [minutesOf(minute), ...rest].join(" ");
    const runs = new Cron(pattern, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard" });
    return runs.nextRun(since) ?? undefined;
  } catch {
    return "Unreadable";
  }
}

/** The minutes of a cron field, without wildcard and step. */
function minutesOf(field: string): string {
  const steps = field.split(",").map((part) => {
    const [range = "", step = "1"] = part.split("/");
    const [first = "", last = first] = (range === "*" ? "0-59" : range).split("-");
    return step === "1" && range !== "*" ? part : every(Number(first), Number(last), Number(step));
  });
  return steps.join(",");
}

function every(first: number, last: number, step: number): string {
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: count }, (_, index) => first + index * step).join(",");
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
