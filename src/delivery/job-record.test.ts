import { describe, expect, it } from "vitest";
import { TransientError } from "../stores/errors.ts";
import { next } from "./next.ts";
import { type DeliveryRecord, movedTo, openedNow, requested } from "./record.ts";
import type { Situation } from "./situation.ts";
import type { Seen } from "./step.ts";
import { attempt, ended, facts, idle, job, present, recordOf, running, situation, submittedOver } from "./testing.ts";

const now = new Date("2026-02-01T00:00:00Z");
const place = situation().place;
const followed: DeliveryRecord = { ...submittedOver, job };
const absent = { state: "Absent" } as const;
const newer: Partial<Situation> = { fingerprint: "key:newer" };

describe("a write without a receipt", () => {
  const lost: DeliveryRecord = { ...submittedOver, attempt };
  const found: Seen = { observation: { ...absent, inconclusive: "inventory", job: { ids: ["j7"], state: "queued" } } };

  it("has its job looked for from when it began", () => {
    expect(next(lost, {}, situation(), now)).toEqual({
      do: "Observe",
      unsure: { since: new Date("2026-01-31T23:58:00Z") },
    });
  });

  it("whose job is found is followed: the job is the receipt", () => {
    const step = next(lost, found, situation({ repeatable: false }), now);
    expect(step).toMatchObject({
      do: "Wait",
      until: now,
      record: {
        ...submittedOver,
        job: { ids: ["j7"], state: "queued", submittedAt: "2026-01-31T23:58:00Z", fingerprint: "key:new" },
      },
    });
    const saved = recordOf(step);
    expect(saved).not.toHaveProperty("attempt");
    expect(next(saved, {}, situation(), now).do).toBe("Follow");
  });

  it("stays in doubt until a later look shows its job", () => {
    const s = situation({ repeatable: false });
    const doubt = recordOf(next(lost, { observation: { ...absent, inconclusive: "inventory" } }, s, now));
    expect(doubt).toMatchObject({ phase: "Blocked", reason: "InDoubt", attempt });
    expect(next(doubt, {}, s, now)).toHaveProperty("unsure.since", new Date("2026-01-31T23:58:00Z"));
    expect(next(doubt, found, s, now)).toMatchObject({ record: { job: { ids: ["j7"] } } });
  });

  it("is written again where a look tells that there is none, though it cannot be repeated", () => {
    expect(next(lost, { observation: absent }, situation({ repeatable: false }), now).do).toBe("SaveAttempt");
  });

  it("is written again where it left no job, whatever else a look cannot tell", () => {
    const s = situation({ repeatable: false });
    const none = { job: "None" } as const;
    expect(next(lost, { observation: { ...absent, ...none, inconclusive: "inventory" } }, s, now).do).toBe(
      "SaveAttempt",
    );
    const hidden = present({ ...none, partial: true, leaf: facts({ sha256: "dd" }) });
    expect(next(lost, { observation: hidden }, s, now).do).toBe("SaveAttempt");
  });

  it("leaves no job to be looked for where it was answered, or began at a place that was left", () => {
    const answered = { ...lost, attempt: { ...attempt, answeredAt: "2026-01-31T23:58:10Z" } };
    const elsewhere = movedTo(lost, "ledger:new");
    for (const record of [answered, elsewhere]) {
      const here = {
        ...situation(),
        place: { ...place, address: record === elsewhere ? "ledger:new" : place.address },
      };
      expect(next(record, {}, here, now)).toEqual({ do: "Observe" });
    }
  });
});

describe("a job of a place that the target has left", () => {
  const s = situation({ place: { ...place, address: "ledger:new" } });
  const moved = movedTo(followed, "ledger:new");

  it("is not asked about there", () => {
    expect(moved.job).toEqual(job);
    expect(next(moved, {}, s, now)).toEqual({ do: "Observe" });
  });

  it("stays on record while nothing is written at the new one", () => {
    const schedule = { runAt: "2026-03-01T00:00:00Z" };
    const waits = next(moved, { observation: absent }, { ...s, schedule }, now);
    const error = new TransientError("StoreUnavailable", "m");
    const failed = next(moved, { failure: { during: "observe", error } }, s, now);
    for (const step of [waits, failed]) expect(recordOf(step)).toMatchObject({ place, job });
  });

  it("leaves the record with its place", () => {
    for (const observation of [absent, present()]) {
      const step = next(moved, { observation }, s, now);
      expect(recordOf(step).place?.address).toBe("ledger:new");
      expect(recordOf(step)).not.toHaveProperty("job");
    }
  });

  it("is followed again when the target comes back", () => {
    expect(next(movedTo(moved, place.address), {}, situation(), now).do).toBe("Follow");
  });
});

describe("requests while a job is open", () => {
  it("forget back-off, and not the job", () => {
    const failing = {
      ...followed,
      failures: 4,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-02-01T00:05:00Z",
    };
    expect(next(requested(failing), {}, situation(), now).do).toBe("Follow");
    expect(next(openedNow(failing, "x"), {}, situation(), now).do).toBe("Follow");
  });

  it("to deliver now lasts until a newer bundle was submitted or the job has ended", () => {
    const asked = openedNow(followed, "x");
    expect(recordOf(next(asked, { followed: running }, situation(), now)).deliverNow).toBe("x");
    expect(recordOf(next(asked, { followed: ended }, situation(), now))).not.toHaveProperty("deliverNow");
    const schedule = { runAt: "2026-03-01T00:00:00Z" };
    const gone: Seen = { followed: idle, withdrawn: true, observation: absent };
    expect(next(asked, gone, situation({ ...newer, schedule }), now).do).toBe("SaveAttempt");
    expect(next(followed, gone, situation({ ...newer, schedule }), now).do).toBe("Wait");
  });
});
