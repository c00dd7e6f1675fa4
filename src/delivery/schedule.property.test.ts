import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { timingOf } from "./schedule.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Days on which clocks are set, and some on which they are not, each with the day before and after it. */
const scenes = [
  ["Europe/Rome", "2026-03-29"],
  ["Europe/Rome", "2026-10-25"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["America/St_Johns", "2026-03-08"],
  ["America/Santiago", "2026-09-06"],
  ["America/Santiago", "2026-04-05"],
  ["America/Havana", "2026-11-01"],
  ["Africa/Casablanca", "2026-02-15"],
  ["Antarctica/Troll", "2026-03-29"],
  ["Asia/Kathmandu", "2026-12-31"],
  ["Asia/Kolkata", "2028-02-28"],
  ["UTC", "2028-02-29"],
] as const;

/** The clock on the wall, minute by minute: the time that it shows, as if it were UTC. */
function wallClock(timezone: string, day: string): { readonly start: number; readonly shown: readonly number[] } {
  const start = Date.parse(`${day}T00:00Z`) - dayMs;
  const options = { timeZone: timezone, dateStyle: "short", timeStyle: "short", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("sv-SE", options);
  const shown = Array.from({ length: (3 * dayMs) / minuteMs }, (_, minute) =>
    Date.parse(`${format.format(start + minute * minuteMs).replace(" ", "T")}Z`),
  );
  return { start, shown };
}

const clocks = scenes.map(([timezone, day]) => ({ timezone, ...wallClock(timezone, day) }));

/** Whether a field says a number; ranges rise here. */
function says(field: string, value: number, low: number, high: number): boolean {
  return field.split(",").some((part) => {
    const [range = "", step = "1"] = part.split("/");
    const [first = low, last = range === "*" ? high : first] = range === "*" ? [] : range.split("-").map(Number);
    return value >= first && value <= last && (value - first) % Number(step) === 0;
  });
}

/** Whether the pattern says a time on the wall. */
function matches(cron: string, wall: number): boolean {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
  const time = new Date(wall);
  if (!says(minute, time.getUTCMinutes(), 0, 59) || !says(hour, time.getUTCHours(), 0, 23)) return false;
  const days = says(day, time.getUTCDate(), 1, 31);
  const weekdays = says(weekday, time.getUTCDay(), 0, 7) || (time.getUTCDay() === 0 && says(weekday, 7, 0, 7));
  const dated = day === "*" || weekday === "*" ? days && weekdays : days || weekdays;
  return dated && says(month, time.getUTCMonth() + 1, 1, 12);
}

/** Every minute at which the pattern opens. A fixed hour comes once: when the wall first shows it, or jumps over it. */
function openings(cron: string, shown: readonly number[]): boolean[] {
  const byTheHour = /[*/]/.test(cron.split(" ")[1] ?? "");
  let latest = (shown[0] ?? 0) - minuteMs;
  return shown.map((wall) => {
    if (byTheHour) return matches(cron, wall);
    let opens = false;
    for (; latest < wall; latest += minuteMs) opens ||= matches(cron, latest + minuteMs);
    return opens;
  });
}

const minutes = constantFrom("0", "30", "59", "*", "*/15", "*/7", "0,30", "5-50/20", "10-12", "45");
const hours = constantFrom("0", "1", "2", "3", "2-3", "0,2", "1-4", "*", "*/2", "1-5/2", "23");
const dates = constantFrom("* * *", "* * *", "29 * *", "* 3,10 *", "* * 0", "1 * 7", "* * 6,0", "28-31/2 2 *");
const pattern = record({ minute: minutes, hour: hours, date: dates }).map(
  ({ minute, hour, date }) => `${minute} ${hour} ${date}`,
);
const window = record({ cron: pattern, length: integer({ min: 15, max: 400 }) });

describe("windows on the days on which clocks are set", () => {
  it("are open exactly when a scan minute by minute finds them open, and name its next opening", () => {
    assert(
      property(
        constantFrom(...clocks),
        array(window, { minLength: 1, maxLength: 3 }),
        integer({ min: dayMs / minuteMs / 2, max: (2.5 * dayMs) / minuteMs }),
        constantFrom(0, 1, 59_999),
        ({ timezone, start, shown }, windows, minute, more) => {
          const now = new Date(start + minute * minuteMs + more);
          const schedule = {
            windows: windows.map(({ cron, length }) => ({ cron, windowDuration: `${length}m`, timezone })),
          };
          const timing = timingOf(schedule, { placed: undefined, coming: new Date(0) }, now);

          const all = windows.map(({ cron, length }) => ({ length, opens: openings(cron, shown) }));
          const open = all.some(({ length, opens }) =>
            opens.slice(Math.max(0, minute - length + 1), minute + 1).includes(true),
          );
          const next = Math.min(
            ...all.map(({ opens }) => opens.indexOf(true, minute + 1)).filter((found) => found !== -1),
          );
          expect(timing.go).toBe(open);
          if (timing.go || next === Number.POSITIVE_INFINITY) return;
          expect(timing.until).toEqual(new Date(start + next * minuteMs));
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);
});
