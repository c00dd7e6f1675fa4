import { describe, expect, it } from "vitest";
import { deliveryRecord } from "../crds/delivery.ts";
import { BlockedError, WaitingError } from "../stores/errors.ts";
import {
  blocked,
  delivered,
  type DeliveryRecord,
  failed,
  failuresOf,
  inDoubt,
  maySettle,
  opened,
  refused,
  requested,
  unsure,
  unverified,
  waiting,
  withoutAttempt,
} from "./record.ts";
import { facts, present, situation } from "./testing.ts";

const now = new Date("2026-02-01T00:00:00Z");
const place = {
  storeRef: { name: "apps" },
  address: "kubernetes:u/web/tls",
  key: "k",
  deletionPolicy: "Retain",
} as const;
const attempt = {
  number: 3,
  fingerprint: "key:new",
  startedAt: "2026-01-31T23:59:00Z",
  deadline: "2026-02-01T00:00:30Z",
};
/** What a delivery that went well leaves behind. */
const settled: DeliveryRecord = {
  phase: "Delivered",
  reason: "Delivered",
  place,
  remote: {
    id: "uid",
    version: "7",
    sha256: "aa",
    notAfter: "2026-04-01T00:00:00Z",
    observedAt: "2026-01-15T00:00:00.000Z",
  },
  fingerprint: "key:old",
  deliveredAt: "2026-01-15T00:00:00.000Z",
};
/** The part of it that outlasts every outcome. */
const { phase: _phase, reason: _reason, ...lasting } = settled;
const failing: DeliveryRecord = {
  ...settled,
  phase: "Failed",
  failures: 4,
  failureFingerprint: "inputs-1",
  nextAttemptTime: "2026-02-01T00:05:00Z",
};
const long = new BlockedError("AccessDenied", "m".repeat(300));

describe("the record of a delivery that went well", () => {
  it("says what lies where since when, and nothing of what was before", () => {
    expect(delivered({ ...failing, attempt }, situation(), present(), now, true)).toEqual({
      phase: "Delivered",
      reason: "Delivered",
      place,
      remote: settled.remote,
      fingerprint: "key:new",
      deliveredAt: "2026-02-01T00:00:00.000Z",
    });
  });

  it("keeps its time when nothing was written", () => {
    expect(delivered(settled, situation(), present(), now, false).deliveredAt).toBe("2026-01-15T00:00:00.000Z");
  });

  it("has a time from when the certificate was first seen there, where we never wrote it", () => {
    expect(delivered({ phase: "Pending" }, situation(), present(), now, false).deliveredAt).toBe(
      "2026-02-01T00:00:00.000Z",
    );
  });

  it.each([
    ["id", present({ remote: { id: "other", version: "7" } })],
    ["version", present({ remote: { id: "uid", version: "8" } })],
    ["leaf", present({ leaf: facts({ sha256: "bb" }) })],
  ])("tells another %s there as seen now", (_, observation) => {
    expect(delivered(settled, situation(), observation, now, false).remote?.observedAt).toBe(
      "2026-02-01T00:00:00.000Z",
    );
  });
});

describe("the opening of a write", () => {
  const verdict = { action: "Update", reason: "Changed", changes: [] } as const;
  const absent = { state: "Absent" } as const;

  it("notes the place, so that a process that dies after the write finds it again", () => {
    expect(opened({ phase: "Pending" }, situation(), verdict, absent, now)).toEqual({
      phase: "InProgress",
      reason: "Changed",
      place,
      attempt: {
        number: 1,
        fingerprint: "key:new",
        startedAt: "2026-02-01T00:00:00.000Z",
        deadline: "2026-02-01T00:01:30.000Z",
      },
    });
  });

  it.each<[string, DeliveryRecord, string, number]>([
    ["an attempt without receipt", { phase: "InProgress", attempt }, "inputs-1", 4],
    ["failures under these inputs", failing, "inputs-1", 5],
    ["failures under other inputs", failing, "inputs-2", 1],
  ])("counts on from %s", (_, record, inputs, number) => {
    expect(opened(record, situation({ inputs }), verdict, absent, now).attempt?.number).toBe(number);
  });

  it("keeps the failures so far: they count until there is a receipt", () => {
    expect(opened(failing, situation(), verdict, absent, now)).toMatchObject({
      fingerprint: "key:old",
      failures: 4,
      failureFingerprint: "inputs-1",
    });
  });

  it("notes what lies there before the write, as far as a look tells", () => {
    const other = present({ leaf: facts({ sha256: "bb" }) });
    expect(opened(settled, situation(), verdict, other, now).remote).toMatchObject({ sha256: "bb" });
    expect(opened(settled, situation(), verdict, absent, now)).not.toHaveProperty("remote");
    const unknown = { ...absent, inconclusive: "nothing" };
    expect(opened(settled, situation(), verdict, unknown, now).remote).toEqual(settled.remote);
  });

  it("is taken back without a trace", () => {
    expect(withoutAttempt({ phase: "InProgress", attempt, place })).toEqual({ phase: "InProgress", place });
  });
});

describe("the record of a failure", () => {
  const told = { reason: "Down", message: "Try later.", until: new Date("2026-02-01T00:00:05Z") };

  it("counts under its inputs, and keeps what lies there", () => {
    expect(failed(settled, { inputs: "inputs-1" }, told)).toEqual({
      ...lasting,
      phase: "Failed",
      reason: "Down",
      message: "Try later.",
      failures: 1,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-02-01T00:00:05.000Z",
    });
  });

  it.each([
    ["inputs-1", 5],
    ["inputs-2", 1],
  ])("after four under inputs-1, under %s counts %d", (inputs, failures) => {
    expect(failed(failing, { inputs }, told).failures).toBe(failures);
  });

  it("has an attempt only where one is open", () => {
    expect(failed({ ...settled, attempt }, { inputs: "i" }, told)).not.toHaveProperty("attempt");
    expect(failed({ ...settled, attempt }, { inputs: "i" }, told, attempt).attempt).toEqual(attempt);
  });

  it("has no failures of inputs that it was not counted under", () => {
    expect([failuresOf(failing, "inputs-1"), failuresOf(failing, "inputs-2"), failuresOf(settled, "x")]).toEqual([
      4, 0, 0,
    ]);
  });
});

describe("the record of what is held back", () => {
  it.each([
    ["blocked", "Blocked", blocked({ ...failing, attempt }, new BlockedError("AccessDenied", "Do this."))],
    ["waiting", "Waiting", waiting({ ...failing, attempt }, new WaitingError("AccessDenied", "Do this."))],
  ])("%s keeps what lies there and an open attempt, and counts no failures", (_, phase, record) => {
    expect(record).toEqual({ ...lasting, phase, reason: "AccessDenied", message: "Do this.", attempt });
  });

  it("shows the plan that was refused", () => {
    const verdict: Parameters<typeof refused>[1] = {
      action: "Refuse",
      phase: "Drifted",
      reason: "Drifted",
      message: "It was changed.",
      plan: { action: "Update", reason: "Drift", changes: ["data tls.crt"] },
    };
    const seen = present({ remote: { id: "uid", version: "9" }, leaf: facts({ sha256: "bb" }) });
    expect(refused(settled, verdict, seen, now)).toEqual({
      ...lasting,
      phase: "Drifted",
      reason: "Drifted",
      message: "It was changed.",
      plan: { action: "Update", reason: "Drift", changes: ["data tls.crt"] },
      remote: {
        id: "uid",
        version: "9",
        sha256: "bb",
        notAfter: "2026-04-01T00:00:00Z",
        observedAt: "2026-02-01T00:00:00.000Z",
      },
    });
  });

  it("does not tell what of another lies in a place that is not ours", () => {
    const verdict = { action: "Refuse", phase: "Blocked", reason: "PlaceTaken", message: "Taken." } as const;
    const theirs = present({ holders: { ours: false, others: ["me/X/secret/b"], foreign: false } });
    expect(refused({ phase: "Pending" }, verdict, theirs, now)).toEqual({
      phase: "Blocked",
      reason: "PlaceTaken",
      message: "Taken.",
    });
  });
});

describe("the record of a write without an answer", () => {
  it("says when it will be looked at, and keeps the attempt", () => {
    expect(unsure({ ...settled, attempt }, attempt)).toEqual({
      ...settled,
      phase: "InProgress",
      reason: "AwaitingOutcome",
      message:
        "A write has no answer yet; what came of it is looked at when it can no longer be under way, at 2026-02-01T00:00:30Z.",
      attempt,
    });
  });

  it("says when anew after the clock was set back, and forgets the time of the next try, which is wrong as well", () => {
    const again = { ...attempt, startedAt: "2026-01-31T22:00:00.000Z", deadline: "2026-01-31T22:01:30.000Z" };
    const record = unsure({ ...failing, attempt }, again);
    expect(record).toMatchObject({ attempt: again, message: expect.stringContaining("at 2026-01-31T22:01:30.000Z") });
    expect(record).not.toHaveProperty("nextAttemptTime");
    expect(unsure({ ...failing, attempt }, attempt).nextAttemptTime).toBe("2026-02-01T00:05:00Z");
  });

  it("that was answered asks a person to check what the store shows instead", () => {
    expect(unverified({ ...settled, attempt }, "certificate", now)).toEqual({
      ...settled,
      phase: "Blocked",
      reason: "VerifyFailed",
      message:
        "Written, but read back otherwise (certificate). Check the store, remove there what was written, then request a reconcile: it is written again.",
      attempt: { ...attempt, answeredAt: "2026-02-01T00:00:00.000Z" },
    });
  });

  it("that a look cannot tell asks a person to check, and keeps the attempt", () => {
    expect(inDoubt({ ...settled, attempt }, "inventory of 10:00")).toEqual({
      ...settled,
      phase: "Blocked",
      reason: "InDoubt",
      message:
        "It is not known whether the last write happened (looked at: inventory of 10:00). Check the store, remove there what was written, then request a reconcile: it is written again.",
      attempt,
    });
  });
});

describe("what a run came to may be saved", () => {
  const opening: DeliveryRecord = { ...settled, phase: "InProgress", attempt };
  const another: DeliveryRecord = { ...opening, attempt: { ...attempt, startedAt: "2026-01-31T23:59:30Z" } };
  it.each<[string, DeliveryRecord | undefined, DeliveryRecord | undefined, boolean]>([
    ["over nothing, where it found nothing", undefined, undefined, true],
    ["over what it found", settled, { ...settled }, true],
    ["not over what somebody else has noted since", failing, settled, false],
    ["not over a write that somebody else has opened since", opening, settled, false],
    ["over its own write, whatever was noted beside it", inDoubt(opening, "nothing"), opening, true],
    ["not over another write of the same number", another, opening, false],
    ["not over the end of its own write", settled, opening, false],
  ])("%s", (_, stored, known, may) => {
    expect(maySettle(stored, known)).toBe(may);
  });
});

it("every record fits the CRD, however long the message is", () => {
  const until = new Date("2026-02-01T00:00:05Z");
  const refusal = { action: "Refuse", phase: "Blocked", reason: "PlaceTaken", message: long.message } as const;
  const records = [
    blocked(settled, long),
    waiting(settled, long),
    failed(settled, { inputs: "i" }, { reason: "PlaceTaken", message: long.message, until }),
    refused(settled, refusal, present(), now),
    inDoubt({ ...settled, attempt }, "x".repeat(300)),
    unverified({ ...settled, attempt }, "x".repeat(300), now),
  ];
  for (const record of records) expect(deliveryRecord.safeParse(record).error).toBeUndefined();
  expect(records[0]?.message).toBe(`${"m".repeat(255)}…`);
  for (const record of records.slice(-2)) expect(record.message).toContain("request a reconcile");
});

describe("a reconcile request", () => {
  it("forgets a place on another volume than the one that is there now: a person has looked", () => {
    const record: DeliveryRecord = { ...settled, phase: "Blocked", reason: "DifferentVolume", message: "look" };
    expect(requested(record)).toEqual({ phase: "Pending", reason: "Requested" });
    expect(requested({ ...record, failures: 2, failureFingerprint: "inputs" })).toEqual({
      phase: "Pending",
      reason: "Requested",
    });
  });

  it("does not give up the removal of files from a volume that is not there", () => {
    const record: DeliveryRecord = { ...settled, phase: "Blocked", reason: "DifferentVolume" };
    expect(requested({ ...record, failureFingerprint: "removal:r" })).toHaveProperty("place");
  });

  it("keeps what is known of any other place", () => {
    expect(requested({ ...settled, failures: 3, failureFingerprint: "i" })).toEqual(settled);
  });
});
