import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import { readiness } from "./readiness.ts";

const now = new Date("2026-06-01T00:00:00Z");

const job = { ids: ["7"], state: "", submittedAt: "2026-05-31T23:00:00Z", fingerprint: "k:1" };

/** What a place does, by hand: this is what the table's words mean. */
const doings = {
  unseen: { record: undefined, work: "goes on" },
  pending: { record: { phase: "Pending", reason: "Requested" }, work: "goes on" },
  writing: { record: { phase: "InProgress", reason: "Changed" }, work: "goes on" },
  following: { record: { phase: "InProgress", reason: "JobRunning", job }, work: "goes on" },
  retrying: { record: { phase: "Failed", reason: "ClusterUnavailable" }, work: "goes on" },
  forSecret: { record: { phase: "Waiting", reason: "SecretMissing" }, work: "goes on" },
  forTurn: { record: { phase: "Waiting", reason: "WaitingForRollout" }, work: "goes on" },
  forWindow: { record: { phase: "Waiting", reason: "WaitingForWindow" }, work: "waits for its time" },
  forRunAt: { record: { phase: "Waiting", reason: "WaitingForRunAt" }, work: "waits for its time" },
  stopped: { record: { phase: "Waiting", reason: "RolloutStopped" }, work: "is blocked" },
  blocked: { record: { phase: "Blocked", reason: "NotAdopted" }, work: "is blocked" },
  inDoubt: { record: { phase: "Blocked", reason: "InDoubt" }, work: "is blocked" },
  drifted: { record: { phase: "Drifted", reason: "Drifted" }, work: "is blocked" },
  suspended: { record: { phase: "Suspended", plan: { action: "Update", reason: "Changed" } }, work: "is suspended" },
  suspendedNewest: { record: { phase: "Suspended" }, work: "is suspended" },
  delivered: { record: { phase: "Delivered", reason: "Delivered" }, work: "is done" },
} satisfies Record<string, { record: DeliveryRecord | undefined; work: Work }>;

type Work = "goes on" | "waits for its time" | "is blocked" | "is suspended" | "is done";
type Holds = "nothing" | "a valid one" | "an expired one";

interface State {
  readonly name: string;
  readonly record: DeliveryRecord | undefined;
  readonly work: Work;
  readonly holds: Holds;
  readonly newest: boolean;
  readonly reason: string;
}

const holdings: readonly { holds: Holds; more: Partial<DeliveryRecord> }[] = [
  { holds: "nothing", more: {} },
  { holds: "a valid one", more: placed("2026-06-01T00:00:01Z") },
  { holds: "an expired one", more: placed("2026-06-01T00:00:00Z") },
];

function placed(notAfter: string): Partial<DeliveryRecord> {
  return { deliveredAt: "2026-05-01T00:00:00Z", remote: { id: "x", notAfter, observedAt: "2026-05-01T00:00:00Z" } };
}

const states: readonly State[] = Object.entries(doings).flatMap(([name, { record, work }]) =>
  holdings.flatMap(({ holds, more }) => {
    // What was never looked at holds nothing that we know of; what is delivered or needs no plan holds something.
    if (record === undefined && holds !== "nothing") return [];
    if ((name === "delivered" || name === "suspendedNewest") && holds === "nothing") return [];
    const newest = name === "delivered" || name === "suspendedNewest";
    const reason = record === undefined ? "Pending" : "reason" in record ? record.reason : "Suspended";
    return [{ name: `${name}, holds ${holds}`, record: record && { ...record, ...more }, work, holds, newest, reason }];
  }),
);

const some = (places: readonly State[], test: (state: State) => boolean): boolean => places.some(test);
const every = (places: readonly State[], test: (state: State) => boolean): boolean => places.every(test);

/** Work goes on, in the table's words: "doing, following, retrying or waiting for anything". */
const goesOn = ({ work }: State): boolean => work === "goes on" || work === "waits for its time";
const blocked = ({ work }: State): boolean => work === "is blocked";
const asleep = ({ work }: State): boolean => work === "is suspended";
const followed = ({ record }: State): boolean => record?.job !== undefined;
const valid = ({ holds }: State): boolean => holds === "a valid one";
const without = (state: State): boolean => !valid(state);

/** Section 2.5 of the design, row by row, the first that fits. `its own`: the reason of a place that is not as it should be. */
const table: readonly {
  row: string;
  fits: (places: readonly State[], suspended: boolean) => boolean;
  ready: "True" | "False" | "as it was";
  reason: string;
  reconciling: "True" | "False" | "if work goes on";
  stalled: "False" | "else";
}[] = [
  {
    row: "a placed certificate has expired",
    fits: (all) => some(all, ({ holds }) => holds === "an expired one"),
    ready: "False",
    reason: "Expired",
    reconciling: "if work goes on",
    stalled: "else",
  },
  {
    row: "suspended, while a job that was submitted before brings a first certificate",
    fits: (all, off) => off && some(all, followed) && some(all, without),
    ready: "False",
    reason: "its own",
    reconciling: "True",
    stalled: "False",
  },
  {
    row: "suspended, while such a job brings a newer one",
    fits: (all, off) => off && some(all, followed),
    ready: "True",
    reason: "Updating",
    reconciling: "True",
    stalled: "False",
  },
  {
    row: "suspended",
    fits: (all, off) => (off || every(all, asleep)) && every(all, valid) && some(all, ({ newest }) => !newest),
    ready: "as it was",
    reason: "",
    reconciling: "False",
    stalled: "False",
  },
  {
    row: "suspended, never delivered",
    fits: (all, off) => (off || every(all, asleep)) && some(all, ({ newest }) => !newest),
    ready: "False",
    reason: "Suspended",
    reconciling: "False",
    stalled: "False",
  },
  {
    row: "some place has no valid certificate of ours, and work goes on",
    fits: (all) => some(all, without) && some(all, goesOn),
    ready: "False",
    reason: "its own",
    reconciling: "True",
    stalled: "False",
  },
  {
    row: "some place is blocked, refused, drifted under Report or in doubt",
    fits: (all) => some(all, blocked),
    ready: "False",
    reason: "its own",
    reconciling: "if work goes on",
    stalled: "else",
  },
  {
    row: "a place without one is suspended, the others hold it",
    fits: (all) => some(all, without),
    ready: "False",
    reason: "Suspended",
    reconciling: "False",
    stalled: "False",
  },
  {
    row: "every place has a valid one, an update is done, followed, retried or waited for",
    fits: (all) => some(all, ({ work }) => work === "goes on"),
    ready: "True",
    reason: "Updating",
    reconciling: "True",
    stalled: "False",
  },
  {
    row: "the same, but waiting only for its time",
    fits: (all) => some(all, ({ work }) => work === "waits for its time"),
    ready: "True",
    reason: "UpdateScheduled",
    reconciling: "False",
    stalled: "False",
  },
  {
    row: "every place has a valid one, an update is suspended",
    fits: (all) => some(all, ({ newest }) => !newest),
    ready: "True",
    reason: "Suspended",
    reconciling: "False",
    stalled: "False",
  },
  {
    row: "all hold the bundle",
    fits: () => true,
    ready: "True",
    reason: "Delivered",
    reconciling: "False",
    stalled: "False",
  },
];

interface Case {
  readonly places: readonly State[];
  readonly suspended: boolean;
}

/** Every multiset of up to three states, suspended and not. */
const cases: readonly Case[] = states.flatMap((a, i) => [
  ...both([a]),
  ...states.slice(i).flatMap((b, j) => [...both([a, b]), ...states.slice(i + j).flatMap((c) => both([a, b, c]))]),
]);

function both(places: readonly State[]): Case[] {
  return [false, true].map((suspended) => ({ places, suspended }));
}

function rowOf({ places, suspended }: Case): (typeof table)[number] | undefined {
  return table.find(({ fits }) => fits(places, suspended));
}

function look({ places, suspended }: Case): ReturnType<typeof readiness> {
  const names = places.map((_, index) => `t${index}`);
  const records = new Map(places.flatMap(({ record }, index) => (record === undefined ? [] : [[`t${index}`, record]])));
  return readiness(names, { records }, suspended, now);
}

/** The cases that `wrong` tells something of, in words; the first few are enough. */
function failing(wrong: (one: Case, found: ReturnType<typeof readiness>) => string | undefined): string[] {
  return cases
    .flatMap((one) => {
      const what = wrong(one, look(one));
      const names = one.places.map(({ name }) => name).join(" + ");
      return what === undefined ? [] : [`${names}${one.suspended ? ", suspended" : ""}: ${what}`];
    })
    .slice(0, 10);
}

describe("the table of conditions, over every combination of up to three places", () => {
  it("gives Ready, Reconciling and Stalled of the first row that fits", () => {
    const wrong = failing((one, { ready, reconciling, stalled }) => {
      const row = rowOf(one);
      const work = some(one.places, one.suspended ? followed : goesOn);
      const should = [
        row?.ready,
        row?.reconciling === "True" || (row?.reconciling === "if work goes on" && work) ? "True" : "False",
        row?.stalled === "else" && !work ? "True" : "False",
      ].join(" ");
      const is = [ready?.status ?? "as it was", reconciling.status, stalled.status].join(" ");
      return is === should ? undefined : `${is}, not ${should} (${row?.row})`;
    });
    expect(wrong).toEqual([]);
  });

  it("gives the reason of that row", () => {
    const wrong = failing((one, { ready }) => {
      const reason = rowOf(one)?.reason;
      const own = one.places.filter((state) => !state.newest || without(state)).map(({ reason }) => reason);
      const fine = reason === "its own" ? own.includes(ready?.reason ?? "") : (ready?.reason ?? "") === reason;
      return fine ? undefined : `${ready?.reason}, not ${reason}`;
    });
    expect(wrong).toEqual([]);
  });

  it("has every row reached", () => {
    const reached = new Set(cases.map((one) => rowOf(one)?.row));
    expect(reached).toEqual(new Set(table.map(({ row }) => row)));
  });

  it("says Delivered exactly when all hold the newest certificate", () => {
    const wrong = failing(({ places }, { delivered }) => {
      const should = every(places, ({ newest }) => newest) ? "True" : "False";
      return delivered.status === should ? undefined : delivered.status;
    });
    expect(wrong).toEqual([]);
  });

  it("never says Reconciling and Stalled at once, and Stalled only with Ready False for the same reason", () => {
    const wrong = failing((_, { ready, reconciling, stalled }) => {
      if (stalled.status === "False") return undefined;
      const fine = reconciling.status === "False" && ready?.status === "False" && ready.reason === stalled.reason;
      return fine ? undefined : "stalled";
    });
    expect(wrong).toEqual([]);
  });

  it("does not look at the order of the places", () => {
    const told = ({ ready, reconciling, stalled, delivered, summary }: ReturnType<typeof readiness>): string =>
      [ready?.status, reconciling.status, stalled.status, delivered.status, summary].join(" ");
    const wrong = failing((one, found) => {
      const turned = look({ ...one, places: one.places.toReversed() });
      return told(turned) === told(found) ? undefined : `${told(found)}, turned round ${told(turned)}`;
    });
    expect(wrong).toEqual([]);
  });
});
