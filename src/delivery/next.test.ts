import { describe, expect, it } from "vitest";
import { BlockedError, type StoreError, TerminalError, TransientError, WaitingError } from "../stores/errors.ts";
import { next } from "./next.ts";
import type { DeliveryRecord } from "./record.ts";
import type { Seen } from "./step.ts";
import { present, situation } from "./testing.ts";

const now = new Date("2026-02-01T00:00:00Z");
const never: DeliveryRecord = { phase: "Pending" };
const attempt = {
  number: 3,
  fingerprint: "key:new",
  startedAt: "2026-01-31T23:59:00Z",
  deadline: "2026-02-01T00:00:30Z",
};
const open: DeliveryRecord = { phase: "InProgress", attempt };
/** An attempt that this run has opened just now. */
const own: DeliveryRecord = {
  phase: "InProgress",
  attempt: { ...attempt, startedAt: "2026-01-31T23:59:59Z", deadline: "2026-02-01T00:01:29Z" },
};
const later = new Date("2026-02-01T00:00:31Z");
const absent = { state: "Absent" } as const;

function fail(error: StoreError, during: "observe" | "put" = "put"): Seen {
  return { failure: { during, error } };
}

describe("what is done next", () => {
  it("looks first", () => {
    expect(next(never, {}, situation(), now)).toEqual({ do: "Observe" });
  });

  it("opens an attempt before a write of what is not there, with the place in the record", () => {
    const step = next(never, { observation: absent }, situation(), now);
    expect(step).toMatchObject({
      do: "SaveAttempt",
      record: {
        phase: "InProgress",
        place: { address: "kubernetes:u/web/tls" },
        attempt: {
          number: 1,
          fingerprint: "key:new",
          startedAt: "2026-02-01T00:00:00.000Z",
          deadline: "2026-02-01T00:01:30.000Z",
        },
      },
    });
  });

  it("writes when the opening was won", () => {
    expect(next(own, { observation: absent, won: 3 }, situation(), now)).toEqual({ do: "Put", observed: absent });
  });

  it("opens anew where saving the opening took too long: by its deadline others would hold it for ended", () => {
    const late = new Date("2026-02-01T00:00:15Z");
    expect(next(own, { observation: absent, won: 3 }, situation(), late)).toMatchObject({
      do: "SaveAttempt",
      record: { attempt: { number: 4, startedAt: "2026-02-01T00:00:15.000Z", deadline: "2026-02-01T00:01:45.000Z" } },
    });
  });

  it("writes what is there at once: its version is the fence", () => {
    const observation = present({ differs: [{ what: "data tls.crt" }] });
    expect(next(never, { observation }, situation(), now)).toEqual({ do: "Put", observed: observation });
  });

  it("leaves an attempt of somebody else alone until its deadline, then looks", () => {
    const step = next(open, {}, situation(), now);
    expect(step).toMatchObject({
      do: "Wait",
      until: new Date("2026-02-01T00:00:30Z"),
      record: { reason: "AwaitingOutcome", attempt },
    });
    const since = new Date("2026-01-31T23:59:00Z");
    expect(next(open, {}, situation(), later)).toEqual({ do: "Observe", unsure: { since } });
  });

  it("waits anew for an attempt that a clock set back has put into the future", () => {
    const early = new Date("2026-01-31T22:00:00Z");
    expect(next(open, {}, situation(), early)).toMatchObject({
      do: "Wait",
      until: new Date("2026-01-31T22:01:30Z"),
      record: { attempt: { number: 3, startedAt: "2026-01-31T22:00:00.000Z", deadline: "2026-01-31T22:01:30.000Z" } },
    });
  });

  it("takes what it sees after an attempt without receipt for the receipt", () => {
    const step = next(open, { observation: present() }, situation(), later);
    expect(step).toMatchObject({ do: "Done", record: { phase: "Delivered", deliveredAt: "2026-02-01T00:00:31.000Z" } });
    expect(step).not.toHaveProperty("record.attempt");
  });

  it("writes again what is provably not there after an attempt", () => {
    expect(next(open, { observation: absent }, situation(), later)).toMatchObject({
      do: "SaveAttempt",
      record: { attempt: { number: 4 } },
    });
  });

  it("is in doubt where a look cannot tell, and keeps the attempt; a write that can be repeated is never in doubt", () => {
    const observation = { ...absent, inconclusive: "inventory of 10:00" };
    expect(next(open, { observation }, situation({ repeatable: false }), later)).toMatchObject({
      do: "Wait",
      record: { phase: "Blocked", reason: "InDoubt", attempt },
    });
    expect(next(open, { observation }, situation(), later).do).toBe("SaveAttempt");
  });

  it("is in no doubt about a place that the spec has left: its attempt was elsewhere", () => {
    const observation = { ...absent, inconclusive: "inventory of 10:00" };
    const elsewhere: DeliveryRecord = { ...open, place: { ...situation().place, address: "ledger:old" } };
    expect(next(elsewhere, { observation }, situation({ repeatable: false }), later).do).toBe("SaveAttempt");
  });

  it("does not write again what the store said is written, where that cannot be repeated, until it shows or the wish changes", () => {
    const { version: _, ...seen } = present({ differs: [{ what: "certificate" }] });
    const s = situation({ repeatable: false });
    const step = next(own, { won: 3, put: { outcome: "Written", seen } }, s, now);
    expect(step).toMatchObject({ do: "Wait", record: { phase: "Blocked", reason: "VerifyFailed" } });
    const saved: DeliveryRecord = step.do === "Wait" ? step.record : never;
    expect(next(saved, {}, s, now)).toEqual({ do: "Observe" });
    expect(next(saved, { observation: seen }, s, now)).toEqual({
      do: "Wait",
      record: saved,
      until: new Date("2026-02-01T00:10:00Z"),
    });
    expect(next(saved, { observation: present() }, s, now)).toMatchObject({
      do: "Done",
      record: { phase: "Delivered" },
    });
    expect(next(saved, { observation: seen }, { ...s, fingerprint: "key:newer" }, now).do).toBe("SaveAttempt");
  });

  it("takes a place for no drift while another write has no receipt: it may be ours that lies there", () => {
    const observation = present({ differs: [{ what: "certificate" }] });
    const back: DeliveryRecord = { ...open, fingerprint: "key:older" };
    const policies = { ...situation().policies, driftPolicy: "Report" as const };
    const step = next(back, { observation }, situation({ fingerprint: "key:older", policies }), later);
    expect(step.do).toBe("Put");
  });

  it("says again that a write reads back otherwise, when something else was said in between", () => {
    const { version: _, ...seen } = present({ differs: [{ what: "note" }] });
    const answered = { ...attempt, answeredAt: "2026-01-31T23:59:30Z" };
    const failed: DeliveryRecord = { phase: "Failed", reason: "StoreFailed", message: "No answer.", attempt: answered };
    expect(next(failed, { observation: seen }, situation({ repeatable: false }), now)).toMatchObject({
      record: {
        phase: "Blocked",
        reason: "VerifyFailed",
        message: expect.stringContaining("Written, but read back otherwise (note)."),
        attempt: answered,
      },
    });
  });

  it("keeps an attempt without receipt open while its place may not be written", () => {
    const suspended = { message: "spec.suspend is true.", jobs: "Withdraw" } as const;
    const step = next(open, { observation: absent }, situation({ suspended }), later);
    expect(step).toMatchObject({ do: "Done", record: { phase: "Suspended", attempt } });
  });

  it("opens an attempt before it writes over what a look does not fully tell: its receipt may be lost unseen", () => {
    const observation = present({ partial: true, differs: [{ what: "certificate" }] });
    expect(next(never, { observation }, situation(), now).do).toBe("SaveAttempt");
  });

  it("is done when what was read back is as wanted", () => {
    const step = next(open, { won: 3, put: { outcome: "Written", seen: present() } }, situation(), now);
    expect(step).toMatchObject({ do: "Done", record: { phase: "Delivered", fingerprint: "key:new" } });
  });

  it("counts a failure when what was read back is not", () => {
    const seen = present({ differs: [{ what: "data tls.crt" }] });
    const step = next(open, { won: 3, put: { outcome: "Written", seen } }, situation(), now);
    expect(step).toMatchObject({ do: "Wait", record: { phase: "Failed", reason: "VerifyFailed", failures: 1 } });
  });

  it("counts a failure when nothing was read back", () => {
    const step = next(open, { won: 3, put: { outcome: "Written", seen: absent } }, situation(), now);
    expect(step).toMatchObject({
      do: "Wait",
      until: new Date("2026-02-01T00:00:05Z"),
      record: {
        reason: "VerifyFailed",
        message: "Written, but read back otherwise (Absent). Something in the store changes what is written there.",
      },
    });
    expect(step).not.toHaveProperty("record.attempt");
  });

  it("looks again when the place had changed before the write", () => {
    expect(next(never, { put: { outcome: "Changed" } }, situation(), now)).toEqual({ do: "Observe" });
  });

  it("opens an attempt before it writes over what has no version: there is no other fence", () => {
    const { version: _, ...unversioned } = present({ differs: [{ what: "file web.crt" }] });
    expect(next(never, { observation: unversioned }, situation(), now)).toMatchObject({
      do: "SaveAttempt",
      record: { attempt: { number: 1 } },
    });
  });

  it("does not take an attempt for won whose opening another run has saved", () => {
    expect(next(open, { observation: absent, won: 2 }, situation(), later)).toMatchObject({
      do: "SaveAttempt",
      record: { attempt: { number: 4 } },
    });
    expect(next(open, { won: 2 }, situation(), now)).toMatchObject({
      do: "Wait",
      record: { reason: "AwaitingOutcome" },
    });
  });

  it("notes where nothing was to be done, and keeps the time of the last write", () => {
    const before: DeliveryRecord = { phase: "Delivered", deliveredAt: "2026-01-15T00:00:00.000Z" };
    expect(next(before, { observation: present() }, situation(), now)).toMatchObject({
      do: "Done",
      record: { phase: "Delivered", deliveredAt: "2026-01-15T00:00:00.000Z" },
    });
  });

  it("has nothing to wait for while it is suspended", () => {
    const suspended = { message: "spec.suspend is true.", jobs: "Withdraw" } as const;
    expect(next(never, { observation: absent }, situation({ suspended }), now)).toEqual({
      do: "Done",
      record: {
        phase: "Suspended",
        reason: "Suspended",
        message: "spec.suspend is true.",
        plan: { action: "Create", reason: "NotThere" },
      },
    });
  });

  it("looks again later at a place that it may not write", () => {
    const observation = present({ holders: { ours: false, others: ["you/X/s/b"], foreign: false } });
    expect(next(never, { observation }, situation({ lookAgainMs: 60_000 }), now)).toMatchObject({
      do: "Wait",
      record: { phase: "Blocked", reason: "OwnedElsewhere" },
      until: new Date("2026-02-01T00:01:00Z"),
    });
  });

  it("gives up for now on a place that changes five times under its hands", () => {
    const observation = present({ differs: [{ what: "data tls.crt" }] });
    expect(next(never, { observation, changes: 4 }, situation(), now).do).toBe("Put");
    expect(next(never, { observation, changes: 5 }, situation(), now)).toMatchObject({
      record: { reason: "PlaceChanging" },
    });
  });
});

describe("after a failure", () => {
  it.each<[string, StoreError, object]>([
    ["nothing helps", new TerminalError("NoPrivateKey", "m"), { record: { phase: "Blocked" }, until: undefined }],
    [
      "refused there: looked at again, soon at first",
      new BlockedError("AccessDenied", "m"),
      { record: { phase: "Blocked", failures: 1 }, until: new Date("2026-02-01T00:00:05Z") },
    ],
    [
      "waiting: no failure counted",
      new WaitingError("SecretMissing", "m"),
      { record: { phase: "Waiting" }, until: new Date("2026-02-01T00:00:30Z") },
    ],
    ["waiting for a time", new WaitingError("NotYetValid", "m", { until: later }), { until: later }],
    [
      "transient: back-off",
      new TransientError("StoreFailed", "m", { happened: "no" }),
      { record: { phase: "Failed", failures: 1 }, until: new Date("2026-02-01T00:00:05Z") },
    ],
  ])("%s", (_, error, expected) => {
    expect(next(never, fail(error), situation(), now)).toMatchObject({ do: "Wait", ...expected });
  });

  it("asks for a right that stays away ever more seldom, and then changes its record no more", () => {
    const refused = fail(new BlockedError("AccessDenied", "m"));
    let record = never;
    const waits = Array.from({ length: 9 }, () => {
      const step = next(record, refused, situation(), now);
      if (step.do !== "Wait") throw new Error(step.do);
      record = step.record;
      return (Number(step.until) - Number(now)) / 1_000;
    });
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
    expect(next(record, refused, situation(), later)).toMatchObject({ record });
  });

  it("waits as long as the server asks", () => {
    const error = new TransientError("StoreMissing", "m", {
      happened: "no",
      retryAfter: new Date("2026-02-01T01:00:00Z"),
    });
    expect(next(never, fail(error), situation(), now)).toMatchObject({ until: new Date("2026-02-01T01:00:00Z") });
  });

  it("keeps the attempt open until its deadline when the write may have happened", () => {
    const step = next(open, fail(new TransientError("ClusterUnavailable", "m")), situation(), now);
    expect(step).toMatchObject({ record: { attempt }, until: new Date("2026-02-01T00:00:30Z") });
  });

  it.each<[string, StoreError]>([
    ["nothing helps", new TerminalError("Refused", "m")],
    ["refused there", new BlockedError("AccessDenied", "m")],
    ["waiting", new WaitingError("NamespaceMissing", "m")],
  ])("closes the attempt of a write that was answered: %s; of a look, it stays open", (_, error) => {
    const { reason } = error;
    const answered = next(open, fail(error), situation(), now);
    expect(answered).toMatchObject({ record: { reason } });
    expect(answered).not.toHaveProperty("record.attempt");
    expect(next(open, fail(error, "observe"), situation(), later)).toMatchObject({ record: { reason, attempt } });
  });

  it("looks for what it waits for every 30 s, or as often as places are looked at when that is more often", () => {
    const waits = fail(new WaitingError("SecretMissing", "m"));
    expect(next(never, waits, situation({ lookAgainMs: 600_000 }), now)).toMatchObject({
      until: new Date("2026-02-01T00:00:30Z"),
    });
    expect(next(never, waits, situation({ lookAgainMs: 10_000 }), now)).toMatchObject({
      until: new Date("2026-02-01T00:00:10Z"),
    });
  });

  it("does not come back before its own back-off when the server asks for less", () => {
    const error = new TransientError("StoreMissing", "m", {
      happened: "no",
      retryAfter: new Date("2026-02-01T00:00:01Z"),
    });
    expect(next(never, fail(error), situation(), now)).toMatchObject({ until: new Date("2026-02-01T00:00:05Z") });
  });

  it("does not come back before the deadline when the server asks for less", () => {
    const error = new TransientError("ClusterUnavailable", "m", { retryAfter: new Date("2026-02-01T00:00:10Z") });
    expect(next(open, fail(error), situation(), now)).toMatchObject({ until: new Date("2026-02-01T00:00:30Z") });
  });

  it("looks when its time has come", () => {
    const failed: DeliveryRecord = {
      phase: "Failed",
      failures: 1,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-02-01T00:00:00Z",
    };
    expect(next(failed, {}, situation(), now)).toEqual({ do: "Observe" });
  });

  it("closes the attempt when the write did not happen", () => {
    const step = next(open, fail(new TransientError("Refused", "m", { happened: "no" })), situation(), now);
    expect(step).not.toHaveProperty("record.attempt");
  });

  it("keeps an open attempt when it is the look that failed", () => {
    const step = next(
      open,
      fail(new TransientError("StoreFailed", "m", { happened: "no" }), "observe"),
      situation(),
      later,
    );
    expect(step).toMatchObject({ record: { attempt } });
  });

  it("waits for its time, unless what it was counted under has changed", () => {
    const failed: DeliveryRecord = {
      phase: "Failed",
      failures: 4,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-02-01T00:05:00Z",
    };
    expect(next(failed, {}, situation(), now)).toMatchObject({ do: "Wait", until: new Date("2026-02-01T00:05:00Z") });
    expect(next(failed, {}, situation({ inputs: "inputs-2" }), now)).toEqual({ do: "Observe" });
    const again = fail(new TransientError("StoreFailed", "m", { happened: "no" }));
    expect(next(failed, again, situation(), now)).toMatchObject({
      record: { failures: 5 },
      until: new Date("2026-02-01T00:01:20Z"),
    });
    expect(next(failed, again, situation({ inputs: "inputs-2" }), now)).toMatchObject({ record: { failures: 1 } });
  });
});
