import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../crds/index.ts";
import type { Observation, Place, PutResult } from "../stores/contract.ts";
import { TransientError, WaitingError } from "../stores/errors.ts";
import { next } from "./next.ts";
import { openedNow } from "./record.ts";
import { deliver, type Outcome } from "./run.ts";
import type { Step } from "./step.ts";
import type { Situation } from "./situation.ts";
import { facts, present, situation } from "./testing.ts";

const saturday = { windows: [{ cron: "0 2 * * 6", windowDuration: "2h" }] };
const wednesday = new Date("2026-02-04T00:00:00Z");
const within = new Date("2026-02-07T03:59:59Z");
const never: DeliveryRecord = { phase: "Pending" };
const earlier: DeliveryRecord = {
  phase: "Delivered",
  fingerprint: "key:old",
  deliveredAt: "2026-01-01T00:00:00.000Z",
  remote: {
    id: "uid",
    version: "7",
    sha256: "bb",
    notAfter: "2026-03-01T00:00:00Z",
    observedAt: "2026-01-01T00:00:00.000Z",
  },
};
const absent: Observation = { state: "Absent" };
const old = present({
  differs: [{ what: "data tls.crt" }],
  leaf: facts({ sha256: "bb", notAfter: new Date("2026-03-01T00:00:00Z") }),
});
const expiring = present({
  differs: [{ what: "data tls.crt" }],
  leaf: facts({ sha256: "bb", notAfter: new Date("2026-02-06T00:00:00Z") }),
});
const opening =
  "The next opening is at 2026-02-07T02:00:00Z. The annotation certferry.io/deliver-now, set to a new value, opens at once.";
const outOfTurn = {
  go: false,
  reason: "WaitingForRollout",
  message: "It waits for its turn.",
} as const;
const stopped = { go: false, reason: "RolloutStopped", message: "A target failed.", stopped: "key:2" } as const;

function after(observation: Observation, record: DeliveryRecord, more: Partial<Situation> = {}, now = wednesday): Step {
  return next(record, { observation }, situation({ schedule: saturday, ...more }), now);
}

/** What is done, and why it is not. */
function done(step: Step): string {
  return "record" in step ? `${step.do} ${step.record.reason}` : step.do;
}

describe("outside its window", () => {
  it("a first delivery waits exactly for the opening, and shows what would be done", () => {
    expect(after(absent, never)).toEqual({
      do: "Wait",
      record: {
        phase: "Waiting",
        reason: "WaitingForWindow",
        message: opening,
        plan: { action: "Create", reason: "NotThere" },
      },
      until: new Date("2026-02-07T02:00:00Z"),
    });
  });

  it("an update waits, and what lies there stays on record", () => {
    expect(after(old, earlier)).toMatchObject({
      do: "Wait",
      record: {
        phase: "Waiting",
        reason: "WaitingForWindow",
        remote: earlier.remote,
        fingerprint: "key:old",
        deliveredAt: "2026-01-01T00:00:00.000Z",
        plan: { action: "Update", reason: "Changed", changes: ["data tls.crt"] },
      },
    });
  });

  it.each<[string, Observation, DeliveryRecord, Partial<Situation>, string]>([
    ["a repair waits", old, { ...earlier, fingerprint: "key:new" }, {}, "Wait WaitingForWindow"],
    ["a place that holds all is delivered", present(), never, {}, "Done Delivered"],
    ["suspension is told first", absent, never, { suspended: { message: "off", jobs: "Follow" } }, "Done Suspended"],
    [
      "another's place is told first",
      present({ holders: { ours: false, others: ["you/X/n/n"], foreign: false } }),
      never,
      {},
      "Wait OwnedElsewhere",
    ],
    [
      "runAt is waited for by its own name",
      absent,
      never,
      { schedule: { runAt: "2026-03-01T00:00:00Z" } },
      "Wait WaitingForRunAt",
    ],
    [
      "a schedule that never opens is told",
      absent,
      never,
      { schedule: { windows: [{ cron: "0 0 30 2 *", windowDuration: "1h" }] } },
      "Wait NoOpening",
    ],
    ["the turn in a rollout is not asked for yet", absent, never, { turn: outOfTurn }, "Wait WaitingForWindow"],
    ["nothing waits where there is no schedule", absent, never, { schedule: undefined }, "SaveAttempt NotThere"],
  ])("%s", (_, observation, record, more, expected) => {
    expect(done(after(observation, record, more))).toBe(expected);
  });

  it("a schedule that never opens blocks, and is looked at again", () => {
    const schedule = { windows: [{ cron: "0 0 30 2 *", windowDuration: "1h" }] };
    expect(after(absent, never, { schedule })).toMatchObject({
      record: { phase: "Blocked", plan: { action: "Create" } },
      until: new Date("2026-02-04T00:10:00Z"),
    });
  });

  it("a retry waits, too, and does not count on", () => {
    const failed: DeliveryRecord = {
      ...earlier,
      phase: "Failed",
      failures: 3,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-02-03T23:59:00.000Z",
    };
    expect(next(failed, {}, situation({ schedule: saturday }), wednesday)).toEqual({ do: "Observe" });
    const step = after(old, failed);
    expect(done(step)).toBe("Wait WaitingForWindow");
    expect(step).not.toHaveProperty("record.failures");
  });

  it("an earlier write without a receipt stays so while it waits", () => {
    const attempt = {
      number: 1,
      fingerprint: "key:new",
      startedAt: "2026-02-03T00:00:00Z",
      deadline: "2026-02-03T00:01:30Z",
    };
    expect(after(absent, { phase: "InProgress", attempt })).toMatchObject({
      record: { reason: "WaitingForWindow", attempt },
    });
  });

  it("a write that was opened inside it is still made", () => {
    const attempt = {
      number: 1,
      fingerprint: "key:new",
      startedAt: "2026-02-07T03:59:59Z",
      deadline: "2026-02-07T04:01:29Z",
    };
    const late = new Date("2026-02-07T04:00:01Z");
    const step = next(
      { phase: "InProgress", attempt },
      { observation: absent, won: 1 },
      situation({ schedule: saturday }),
      late,
    );
    expect(step).toEqual({ do: "Put", observed: absent });
  });
});

describe("inside its window", () => {
  it("all goes, without being urgent", () => {
    expect(after(old, earlier, {}, within)).toEqual({ do: "Put", observed: old });
    expect(done(after(absent, never, {}, within))).toBe("SaveAttempt NotThere");
  });
});

describe("an urgent update", () => {
  const why =
    "Delivered outside its schedule: the certificate in place expires at 2026-02-06T00:00:00Z, and the next opening is at 2026-02-07T02:00:00Z.";

  it("goes at once where the certificate in place would expire before the opening, and says so", () => {
    expect(after(expiring, earlier)).toEqual({ do: "Put", observed: expiring, urgent: why });
    const partial = { ...expiring, partial: true as const };
    expect(after(partial, earlier)).toMatchObject({ do: "SaveAttempt", urgent: why });
  });

  it.each<[string, Observation, DeliveryRecord, string]>([
    [
      "is none where another's certificate expires",
      { ...expiring, holders: { ours: false, others: [], foreign: true } },
      never,
      "Wait WaitingForWindow",
    ],
    [
      "is none where nothing lies there",
      absent,
      { ...earlier, remote: { id: "uid", notAfter: "2026-02-06T00:00:00Z", observedAt: "" } },
      "Wait WaitingForWindow",
    ],
    [
      "is known from the record where a look does not tell",
      { state: "Absent", inconclusive: "nothing" },
      { ...earlier, remote: { id: "uid", notAfter: "2026-02-06T00:00:00Z", observedAt: "" } },
      "SaveAttempt NotThere",
    ],
    [
      "is none where a look does not tell, and what is on record is not ours",
      { state: "Absent", inconclusive: "nothing" },
      { phase: "Pending", remote: { id: "uid", notAfter: "2026-02-06T00:00:00Z", observedAt: "" } },
      "Wait WaitingForWindow",
    ],
  ])("%s", (_, observation, record, expected) => {
    expect(done(after(observation, record))).toBe(expected);
  });

  it("waits for its turn in a rollout all the same", () => {
    expect(done(after(expiring, earlier, { turn: outOfTurn }))).toBe("Wait WaitingForRollout");
  });
});

describe("a request to deliver now", () => {
  const asked = openedNow(earlier, "first");

  it("forgets back-off and nothing else", () => {
    const failed: DeliveryRecord = {
      ...earlier,
      phase: "Failed",
      failures: 3,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-03-01T00:00:00Z",
    };
    const { nextAttemptTime: _, ...rest } = failed;
    expect(openedNow(failed, "first")).toEqual({ ...rest, deliverNow: "first" });
  });

  it("opens outside the window, and is used up by a write, by its failure, and by a place that holds all", () => {
    expect(after(old, asked)).toEqual({ do: "Put", observed: old });
    const put = { outcome: "Written", seen: present() } as const;
    const error = new TransientError("ClusterUnavailable", "no answer");
    const s = situation({ schedule: saturday });
    const ends = [
      next(asked, { put }, s, wednesday),
      next(asked, { failure: { during: "put", error } }, s, wednesday),
      next(asked, { observation: present() }, s, wednesday),
    ];
    expect(ends.map(done)).toEqual(["Done Delivered", "Wait ClusterUnavailable", "Done Delivered"]);
    for (const end of ends) expect(end).not.toHaveProperty("record.deliverNow");
  });

  it("is kept while something else is waited for", () => {
    const error = new WaitingError("SecretMissing", "create it");
    const s = situation({ schedule: saturday });
    expect(next(asked, { failure: { during: "observe", error } }, s, wednesday)).toMatchObject({
      record: { reason: "SecretMissing", deliverNow: "first" },
    });
    expect(after(old, asked, { turn: outOfTurn })).toMatchObject({
      record: { reason: "WaitingForRollout", deliverNow: "first" },
    });
  });

  it("is no reason to write where nothing may be written", () => {
    expect(done(after(old, asked, { suspended: { message: "off", jobs: "Follow" } }))).toBe("Done Suspended");
  });
});

describe("out of its turn in a rollout", () => {
  const anytime = { schedule: undefined };

  it("waits, shows what would be done, and looks again in case nobody wakes it", () => {
    expect(after(old, earlier, { ...anytime, turn: outOfTurn })).toMatchObject({
      do: "Wait",
      record: {
        phase: "Waiting",
        reason: "WaitingForRollout",
        message: "It waits for its turn.",
        plan: { action: "Update", reason: "Changed", changes: ["data tls.crt"] },
      },
      until: new Date("2026-02-04T00:10:00Z"),
    });
  });

  it("keeps on record which rollout was stopped", () => {
    expect(after(old, earlier, { ...anytime, turn: stopped })).toMatchObject({
      record: { phase: "Waiting", reason: "RolloutStopped", failureFingerprint: "key:2" },
    });
  });

  it("a place that holds all waits for nothing", () => {
    expect(done(after(present(), earlier, { ...anytime, turn: stopped }))).toBe("Done Delivered");
  });

  it("is asked for last: drift under Report is told first", () => {
    const policies = { ...situation().policies, driftPolicy: "Report" as const };
    expect(done(after(old, { ...earlier, fingerprint: "key:new" }, { ...anytime, turn: stopped, policies }))).toBe(
      "Wait Drifted",
    );
  });
});

describe("a run", () => {
  /** What came of a run over a place that looks so. */
  function ran(looks: Observation, record: DeliveryRecord): Promise<Outcome> {
    const written: PutResult = { outcome: "Written", seen: present() };
    const place: Place = {
      address: "kubernetes:u/web/tls",
      spots: ["tls.crt"],
      key: "k",
      repeatable: true,
      observe: () => Promise.resolve(looks),
      put: () => Promise.resolve(written),
    };
    const desired = {
      bundle: { leaf: Buffer.from("leaf"), chain: [], trusted: [] },
      chain: { include: true, root: "Exclude" as const },
      mark: "me/StoreDeployment/shop/web/t",
    };
    const effects = { now: () => wednesday, fence: () => {}, open: () => Promise.resolve(true), onDefect: () => {} };
    return deliver(record, place, desired, situation({ schedule: saturday }), effects, new AbortController().signal);
  }

  it("that was urgent says why, whether or not it opened its write first", async () => {
    const why = expect.stringContaining("Delivered outside its schedule");
    expect(await ran(expiring, earlier)).toMatchObject({ record: { phase: "Delivered" }, wrote: true, urgent: why });
    expect(await ran({ ...expiring, partial: true }, earlier)).toMatchObject({ wrote: true, urgent: why });
  });

  it("that was not urgent says nothing", async () => {
    expect(await ran(old, openedNow(earlier, "now"))).toMatchObject({ wrote: true, urgent: undefined });
    expect(await ran(old, earlier)).toMatchObject({ wrote: false, urgent: undefined });
  });
});
