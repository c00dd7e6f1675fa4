import { describe, expect, it } from "vitest";
import type { DeliveryWindow, Schedule } from "../crds/index.ts";
import { timingOf } from "./schedule.ts";

/** `minute hour day month weekday / windowDuration / zone`. */
function window(text: string): DeliveryWindow {
  const [cron = "", windowDuration = "1h", timezone] = text.split(" / ");
  return { cron, windowDuration, ...(timezone === undefined ? {} : { timezone }) };
}

function nights(...texts: string[]): Schedule {
  return { windows: texts.map(window) };
}

const coming = new Date("2029-01-01T00:00:00Z");

/** "open", the next opening, or the reason why there is none. */
function at(now: string, schedule: Schedule, placed?: string): string {
  const expiry = { placed: placed === undefined ? undefined : new Date(placed), coming };
  const timing = timingOf(schedule, expiry, new Date(now));
  if (timing.go) return timing.urgent === undefined ? "open" : `urgent: ${timing.urgent}`;
  return timing.phase === "Waiting" ? (timing.until?.toISOString() ?? "some time") : timing.reason;
}

describe("a window", () => {
  it.each([
    ["before it", "2026-11-27T12:00:00Z", "2026-11-28T01:00:00.000Z"],
    ["a millisecond before it", "2026-11-28T00:59:59.999Z", "2026-11-28T01:00:00.000Z"],
    ["at its first instant", "2026-11-28T01:00:00Z", "open"],
    ["at its last millisecond", "2026-11-28T02:59:59.999Z", "open"],
    ["at its end", "2026-11-28T03:00:00Z", "2026-12-05T01:00:00.000Z"],
  ])("is, %s", (_, now, expected) => {
    expect(at(now, nights("0 2 * * 6 / 2h / Europe/Rome"))).toBe(expected);
  });

  it.each([
    ["in UTC where no zone is named", "2026-11-28T00:00:00Z", ["0 2 * * 6"], "2026-11-28T02:00:00.000Z"],
    ["on a leap day", "2028-02-01T00:00:00Z", ["0 0 29 2 * / 24h"], "2028-02-29T00:00:00.000Z"],
    ["through a leap day", "2028-02-29T23:59:59Z", ["0 0 28 2 * / 48h"], "open"],
    ["on the last day that is looked at", "2027-01-25T00:00:00Z", ["0 0 29 2 *"], "2028-02-29T00:00:00.000Z"],
    ["a day too far away", "2027-01-24T00:00:00Z", ["0 0 29 2 *"], "NoOpening"],
    ["for a week, from its first day", "2026-11-30T00:00:00Z", ["0 0 24 11 * / 168h"], "open"],
    ["on Sundays, as 7", "2026-11-25T00:00:00Z", ["0 3 * * 7"], "2026-11-29T03:00:00.000Z"],
    ["on a day of the month or of the week", "2026-11-25T00:00:00Z", ["0 3 27 * SAT"], "2026-11-27T03:00:00.000Z"],
    [
      "in a zone of half an hour",
      "2026-11-25T00:00:00Z",
      ["0 2 * * * / 1h / Asia/Kolkata"],
      "2026-11-25T20:30:00.000Z",
    ],
    [
      "in a zone of three quarters of an hour",
      "2026-11-25T00:00:00Z",
      ["0 2 * * * / 1h / Asia/Kathmandu"],
      "2026-11-25T20:15:00.000Z",
    ],
    [
      "the earliest of several",
      "2026-11-25T00:00:00Z",
      ["0 9 * * *", "0 4 * * *", "0 6 * * *"],
      "2026-11-25T04:00:00.000Z",
    ],
    ["open by the second of several", "2026-11-25T04:30:00Z", ["0 9 * * *", "0 4 * * *"], "open"],
    [
      "one beside one that never opens",
      "2026-11-25T00:00:00Z",
      ["0 0 30 2 *", "0 4 * * *"],
      "2026-11-25T04:00:00.000Z",
    ],
    ["longer than its own rhythm", "2026-11-25T12:00:00Z", ["0 2 * * * / 25h"], "open"],
    ["open where the one goes on in the other", "2026-11-25T05:00:00Z", ["0 2 * * * / 3h", "0 5 * * *"], "open"],
    [
      "closed once the longer of both is over",
      "2026-11-25T06:00:00Z",
      ["0 2 * * * / 4h", "0 3 * * *"],
      "2026-11-26T02:00:00.000Z",
    ],
  ])("is %s", (_, now, windows, expected) => {
    expect(at(now, nights(...windows))).toBe(expected);
  });

  it.each([
    [
      "a day that no month has",
      "0 0 30 2 *",
      "No window opens within 400 days (0 0 30 2 *). Correct schedule.windows.",
    ],
    [
      "a range that falls",
      "0 5-3 * * *",
      'The window "0 5-3 * * *" in UTC cannot be read. Write ranges from low to high, and the name of an IANA time zone.',
    ],
    [
      "minutes that fall",
      "50-10/5 3 * * *",
      'The window "50-10/5 3 * * *" in UTC cannot be read. Write ranges from low to high, and the name of an IANA time zone.',
    ],
    [
      "six fields",
      "0 0 2 * * 6",
      'The window "0 0 2 * * 6" in UTC cannot be read. Write ranges from low to high, and the name of an IANA time zone.',
    ],
    [
      "a zone that nobody knows",
      "0 2 * * * / 1h / Europe/Nowhere",
      'The window "0 2 * * *" in Europe/Nowhere cannot be read. Write ranges from low to high, and the name of an IANA time zone.',
    ],
  ])("of %s never opens, and says so", (_, text, message) => {
    const expiry = { placed: undefined, coming };
    expect(timingOf(nights(text), expiry, new Date("2026-11-25T00:00:00Z"))).toEqual({
      go: false,
      phase: "Blocked",
      reason: "NoOpening",
      message,
      until: undefined,
    });
  });
});

describe("where the clocks go forward from 2:00 to 3:00, at 01:00Z", () => {
  it.each([
    ["0 2 * * *", "2026-03-29T01:00:00.000Z"],
    ["30 2 * * *", "2026-03-29T01:00:00.000Z"],
    ["*/15 2 * * *", "2026-03-29T01:00:00.000Z"],
    ["* 2 * * *", "2026-03-29T01:00:00.000Z"],
    ["0 3 * * *", "2026-03-29T01:00:00.000Z"],
    ["30 3 * * *", "2026-03-29T01:30:00.000Z"],
    ["30 * * * *", "2026-03-29T01:30:00.000Z"],
    ["0 */2 * * *", "2026-03-29T02:00:00.000Z"],
  ])("%s opens at %s", (cron, expected) => {
    expect(at("2026-03-29T00:45:00Z", nights(`${cron} / 15m / Europe/Rome`))).toBe(expected);
  });

  it("a window that is open then lasts as long as ever", () => {
    const schedule = nights("30 1 * * * / 2h / Europe/Rome");
    expect(at("2026-03-29T02:29:59Z", schedule)).toBe("open");
    expect(at("2026-03-29T02:30:00Z", schedule)).toBe("2026-03-29T23:30:00.000Z");
  });
});

describe("where the clocks go back from 3:00 to 2:00, at 01:00Z", () => {
  it.each([
    ["0 2 * * *", "2026-10-25T00:00:00.000Z", "2026-10-26T01:00:00.000Z"],
    ["30 2 * * *", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"],
    ["0,30 2 * * *", "2026-10-25T00:00:00.000Z", "2026-10-26T01:00:00.000Z"],
    ["*/30 2 * * *", "2026-10-25T00:00:00.000Z", "2026-10-26T01:00:00.000Z"],
    ["0 1-2 * * *", "2026-10-25T00:00:00.000Z", "2026-10-26T00:00:00.000Z"],
    ["0 3 * * *", "2026-10-25T02:00:00.000Z", "2026-10-26T02:00:00.000Z"],
  ])("%s opens once, at %s, and then the next day", (cron, first, second) => {
    const schedule = nights(`${cron} / 15m / Europe/Rome`);
    expect(at("2026-10-24T23:50:00Z", schedule)).toBe(first);
    expect(at("2026-10-25T02:20:00Z", schedule)).toBe(second);
    expect(at("2026-10-25T01:05:00Z", schedule)).not.toBe("open");
  });

  it("an hourly window opens in both of the hours", () => {
    const schedule = nights("0 * * * * / 15m / Europe/Rome");
    expect(at("2026-10-25T00:30:00Z", schedule)).toBe("2026-10-25T01:00:00.000Z");
    expect(at("2026-10-25T01:30:00Z", schedule)).toBe("2026-10-25T02:00:00.000Z");
  });

  it("a window that is open then lasts as long as ever", () => {
    const schedule = nights("30 2 * * * / 1h / Europe/Rome");
    expect(at("2026-10-25T01:29:59Z", schedule)).toBe("open");
    expect(at("2026-10-25T01:30:00Z", schedule)).toBe("2026-10-26T01:30:00.000Z");
  });
});

describe("where the clocks go by half an hour, on Lord Howe Island", () => {
  it("a time that is skipped is when they jump, at 15:30Z", () => {
    expect(at("2026-10-03T12:00:00Z", nights("15 2 * * * / 1h / Australia/Lord_Howe"))).toBe(
      "2026-10-03T15:30:00.000Z",
    );
  });

  it("a time that comes twice is the first of both", () => {
    const schedule = nights("45 1 * * * / 15m / Australia/Lord_Howe");
    expect(at("2026-04-04T12:00:00Z", schedule)).toBe("2026-04-04T14:45:00.000Z");
    expect(at("2026-04-04T15:16:00Z", schedule)).toBe("2026-04-05T15:15:00.000Z");
  });
});

describe("runAt", () => {
  const runAt = "2026-11-28T01:30:00Z";
  it.each([
    ["2026-11-28T01:29:59.999Z", "2026-11-28T01:30:00.000Z"],
    ["2026-11-28T01:30:00Z", "open"],
    ["2030-01-01T00:00:00Z", "open"],
  ])("alone means not before: at %s", (now, expected) => {
    expect(at(now, { runAt })).toBe(expected);
  });

  it("may lie further ahead than a window is looked for", () => {
    expect(at("2020-01-01T00:00:00Z", { runAt })).toBe("2026-11-28T01:30:00.000Z");
    expect(at("2020-01-01T00:00:00Z", { runAt, ...nights("0 2 * * 6") })).toBe("2026-11-28T02:00:00.000Z");
  });

  it("may be written in any zone", () => {
    expect(at("2026-11-28T00:00:00Z", { runAt: "2026-11-28T02:30:00+01:00" })).toBe("2026-11-28T01:30:00.000Z");
  });

  it.each([
    ["does not count a window that opened before it", "2026-11-28T01:45:00Z", "0 1 * * 6", "2026-12-05T01:00:00.000Z"],
    ["counts a window that opens at that very time", "2026-11-28T01:30:00Z", "30 1 * * 6", "open"],
    ["leaves all windows after it as they are", "2026-12-05T01:45:00Z", "0 1 * * 6", "open"],
    ["is waited for before any window", "2026-11-21T01:45:00Z", "0 1 * * 6", "2026-12-05T01:00:00.000Z"],
  ])("with windows %s", (_, now, cron, expected) => {
    expect(at(now, { runAt, ...nights(cron) })).toBe(expected);
  });

  it("says of what it waits", () => {
    const expiry = { placed: undefined, coming };
    expect(timingOf({ runAt }, expiry, new Date("2026-11-28T00:00:00Z"))).toEqual({
      go: false,
      phase: "Waiting",
      reason: "WaitingForRunAt",
      message: "The next opening is at 2026-11-28T01:30:00Z.",
      until: new Date("2026-11-28T01:30:00Z"),
    });
    expect(timingOf({ runAt, ...nights("0 2 * * *") }, expiry, new Date("2026-11-28T00:00:00Z"))).toMatchObject({
      reason: "WaitingForWindow",
      message: expect.stringContaining("The next opening is at 2026-11-28T02:00:00Z."),
    });
  });
});

describe("the certificate in place", () => {
  const weekly = nights("0 2 * * 6");
  const wednesday = "2026-11-25T00:00:00Z";
  it.each([
    ["is replaced at once where it expires before the next opening", "2026-11-28T01:59:59Z", weekly],
    ["is replaced at once where it expires at the next opening", "2026-11-28T02:00:00Z", weekly],
    ["is replaced at once where it has expired", "2026-11-01T00:00:00Z", weekly],
    ["is replaced at once before runAt, too", "2026-11-27T00:00:00Z", { runAt: "2026-11-28T00:00:00Z" }],
    [
      "is replaced at once within urgentBeforeExpiry",
      "2026-12-01T00:00:00Z",
      { ...weekly, urgentBeforeExpiry: "144h" },
    ],
    [
      "is replaced at once within urgentBeforeExpiry, though no window opens",
      "2026-12-01T00:00:00Z",
      { ...nights("0 0 30 2 *"), urgentBeforeExpiry: "144h" },
    ],
    ["is replaced once it has expired, though no window opens", "2026-11-25T00:00:00Z", nights("0 0 30 2 *")],
  ])("%s", (_, placed, schedule) => {
    expect(at(wednesday, schedule, placed)).toContain("urgent: Delivered outside its schedule");
  });

  it.each<[string, string, Schedule, string]>([
    ["waits where it lasts", "2026-11-28T02:00:01Z", weekly, "2026-11-28T02:00:00.000Z"],
    [
      "waits until it becomes urgent, where that is before the opening",
      "2026-11-29T00:00:00Z",
      { ...weekly, urgentBeforeExpiry: "72h" },
      "2026-11-26T00:00:00.000Z",
    ],
    [
      "waits for the opening where it becomes urgent only later",
      "2026-12-29T00:00:00Z",
      { ...weekly, urgentBeforeExpiry: "72h" },
      "2026-11-28T02:00:00.000Z",
    ],
    [
      "waits where what comes does not outlast it",
      "2029-01-01T00:00:00Z",
      { runAt: "2029-02-01T00:00:00Z" },
      "2029-02-01T00:00:00.000Z",
    ],
  ])("%s", (_, placed, schedule, expected) => {
    expect(at(wednesday, schedule, placed)).toBe(expected);
  });

  it("is told of with its expiry and the opening that it did not wait for", () => {
    expect(at(wednesday, weekly, "2026-11-27T00:00:00Z")).toBe(
      "urgent: Delivered outside its schedule: the certificate in place expires at 2026-11-27T00:00:00Z, and the next opening is at 2026-11-28T02:00:00Z.",
    );
  });
});
