import { describe, expect, it } from "vitest";
import { deliveryRecord } from "../crds/delivery.ts";
import type { Followed } from "../stores/contract.ts";
import { BlockedError, type StoreError, TerminalError, TransientError, WaitingError } from "../stores/errors.ts";
import { next } from "./next.ts";
import { type DeliveryRecord, requested } from "./record.ts";
import type { Situation } from "./situation.ts";
import type { Seen } from "./step.ts";
import { attempt, ended, facts, idle, job, present, recordOf, running, situation, submittedOver } from "./testing.ts";

const now = new Date("2026-02-01T00:00:00Z");
const place = situation().place;
const followed: DeliveryRecord = { ...submittedOver, job };
const own: DeliveryRecord = { ...submittedOver, attempt: { ...attempt, startedAt: "2026-01-31T23:59:59Z" } };
const absent = { state: "Absent" } as const;
const otherwise: Followed = { outcome: "Ended", seen: present({ differs: [{ what: "certificate" }] }) };
const broken: Followed = { outcome: "Failed", reason: "JobFailed", message: "Disk full." };

const newer: Partial<Situation> = { fingerprint: "key:newer" };
const suspendedByUser: Partial<Situation> = { suspended: { message: "spec.suspend is true.", jobs: "Withdraw" } };
const stopped: Partial<Situation> = { suspended: { message: "--suspend-writes", jobs: "Follow" } };

describe("a write that the store accepts as a job", () => {
  const submitted = next(
    own,
    { won: 3, put: { outcome: "Submitted", job: { ids: ["j1"], state: "new" } } },
    situation(),
    now,
  );

  it("closes its attempt: the job is the receipt", () => {
    expect(submitted).toEqual({
      do: "Wait",
      until: new Date("2026-02-01T00:00:02Z"),
      record: {
        ...submittedOver,
        message: "The store has accepted the certificate, and brings it to its place later.",
        job: { ids: ["j1"], state: "new", submittedAt: "2026-02-01T00:00:00.000Z", fingerprint: "key:new" },
      },
    });
    expect(deliveryRecord.safeParse(recordOf(submitted)).error).toBeUndefined();
  });

  it("keeps the failures before it, so that jobs that fail in a row are tried ever more seldom, and uses up a request", () => {
    const failing = { ...own, failures: 2, failureFingerprint: "inputs-1", deliverNow: "x" };
    const put = { outcome: "Submitted", job } as const;
    const saved = recordOf(next(failing, { won: 3, put }, situation(), now));
    expect(saved).toMatchObject({ failures: 2, failureFingerprint: "inputs-1" });
    expect(saved).not.toHaveProperty("deliverNow");
    expect(next(saved, { followed: broken }, situation(), now)).toMatchObject({
      until: new Date("2026-02-01T00:00:20Z"),
      record: { phase: "Failed", failures: 3 },
    });
  });
});

describe("a run that finds a job", () => {
  it("follows it before it looks at anything else", () => {
    expect(next(followed, {}, situation(), now)).toEqual({
      do: "Follow",
      job: { ids: ["j1"], state: "new", submittedAt: new Date("2026-01-31T23:59:50Z") },
    });
  });

  it("notes how it stands, and where it was submitted first and for what", () => {
    const open: Followed = { ...running, job: { ids: ["j1", "j2"], state: "at it" } };
    expect(next(followed, { followed: open }, situation(), now)).toMatchObject({
      do: "Wait",
      record: {
        ...submittedOver,
        reason: "JobRunning",
        message: "Agent a1 is at it.",
        job: { ...job, ids: ["j1", "j2"], state: "at it" },
      },
    });
  });

  it.each([
    ["2026-02-01T00:00:00Z", 2],
    ["2026-01-31T23:59:59Z", 2],
    ["2026-01-31T23:59:58Z", 2],
    ["2026-01-31T23:59:52Z", 8],
    ["2026-01-31T23:59:30Z", 30],
    ["2026-01-31T23:00:00Z", 60],
    ["2026-02-01T02:00:00Z", 2],
  ])("submitted at %s asks again after %d s: each time twice as late, up to a minute", (submittedAt, seconds) => {
    const step = next({ ...followed, job: { ...job, submittedAt } }, { followed: running }, situation(), now);
    expect(step).toMatchObject({ until: new Date(now.getTime() + seconds * 1_000) });
  });

  it.each([
    ["is not to begin yet", "2026-02-01T00:05:00Z", "JobSubmitted", "2026-02-01T00:05:00Z"],
    ["is not to begin for long", "2026-02-08T00:00:00Z", "JobSubmitted", "2026-02-01T00:10:00Z"],
    ["nobody has begun", "2026-01-31T23:30:01Z", "JobSubmitted", "2026-02-01T00:00:10Z"],
    ["nobody has begun for half an hour", "2026-01-31T23:30:00Z", "JobNotPickedUp", "2026-02-01T00:00:10Z"],
  ])("that %s, from %s on, is told as %s and asked about at %s", (_, since, reason, until) => {
    const waits: Followed = { ...running, reason: "JobSubmitted", message: "Agent a1.", idleSince: new Date(since) };
    expect(next(followed, { followed: waits }, situation(), now)).toMatchObject({
      record: { reason, message: "Agent a1." },
      until: new Date(until),
    });
  });

  it("is done when the job has ended and the place is as wanted", () => {
    expect(next(followed, { followed: ended }, situation(), now)).toEqual({
      do: "Done",
      record: {
        phase: "Delivered",
        reason: "Delivered",
        place,
        remote: {
          id: "uid",
          version: "7",
          sha256: "aa",
          notAfter: "2026-04-01T00:00:00Z",
          observedAt: "2026-02-01T00:00:00.000Z",
        },
        fingerprint: "key:new",
        deliveredAt: "2026-02-01T00:00:00.000Z",
      },
    });
  });

  it("tries again after a while when the place is otherwise, and can be written again", () => {
    const step = next(followed, { followed: otherwise }, situation(), now);
    expect(step).toMatchObject({ do: "Wait", record: { phase: "Failed", reason: "VerifyFailed", failures: 1 } });
    expect(recordOf(step)).not.toHaveProperty("job");
  });

  it("asks a person when the place is otherwise, and a second write would do harm", () => {
    const s = situation({ repeatable: false });
    const step = next(followed, { followed: otherwise }, s, now);
    expect(step).toMatchObject({ record: { phase: "Blocked", reason: "VerifyFailed" } });
    const saved = recordOf(step);
    expect(saved).not.toHaveProperty("job");
    const { version: _, ...seen } = present({ differs: [{ what: "certificate" }] });
    expect(next(saved, { observation: seen }, s, now)).toMatchObject({
      do: "Wait",
      record: { reason: "VerifyFailed" },
    });
    expect(next(requested(saved), { observation: seen }, s, now).do).toBe("SaveAttempt");
  });

  it("counts a failure when the job has failed, and then plans anew", () => {
    const step = next(followed, { followed: broken }, situation(), now);
    expect(step).toEqual({
      do: "Wait",
      until: new Date("2026-02-01T00:00:05Z"),
      record: {
        ...submittedOver,
        phase: "Failed",
        reason: "JobFailed",
        message: "Disk full.",
        failures: 1,
        failureFingerprint: "inputs-1",
        nextAttemptTime: "2026-02-01T00:00:05.000Z",
      },
    });
    expect(next(recordOf(step), {}, situation(), new Date("2026-02-01T00:00:05Z"))).toEqual({ do: "Observe" });
  });
});

describe("a job of what is wanted no more", () => {
  it.each([
    ["a newer bundle", newer],
    ["suspension", suspendedByUser],
  ])("is taken back while nobody has begun it: %s", (_, more) => {
    const s = situation(more);
    expect(next(followed, {}, s, now).do).toBe("Follow");
    const progressed: Followed = { ...idle, job: { ids: ["j1"], state: "queued" } };
    expect(next(followed, { followed: progressed }, s, now)).toEqual({
      do: "Withdraw",
      job: { ids: ["j1"], state: "queued", submittedAt: new Date("2026-01-31T23:59:50Z") },
    });
    expect(next(followed, { followed: progressed, withdrawn: true }, s, now)).toEqual({ do: "Observe" });
  });

  it("that is to be done in another way by now is taken back, too, though it brings what is wanted", () => {
    const outdated: Followed = { ...idle, outdated: true };
    expect(next(followed, { followed: outdated }, situation({}), now).do).toBe("Withdraw");
    expect(next(followed, { followed: outdated, withdrawn: true }, situation({}), now)).toEqual({ do: "Observe" });
    expect(next(followed, { followed: outdated, withdrawn: false }, situation({}), now).do).toBe("Wait");
  });

  it("that was taken back leaves its record with the save of what comes next", () => {
    const gone: Seen = { followed: idle, withdrawn: true, observation: absent };
    const opening = next(followed, gone, situation(newer), now);
    expect(opening).toMatchObject({ do: "SaveAttempt", record: { attempt: { fingerprint: "key:newer" } } });
    const suspended = next(followed, gone, situation(suspendedByUser), now);
    expect(suspended).toMatchObject({ do: "Done", record: { phase: "Suspended", plan: { action: "Create" } } });
    const error = new TransientError("StoreUnavailable", "m", { happened: "no" });
    const failed = next(followed, { ...gone, failure: { during: "observe", error } }, situation(newer), now);
    for (const step of [opening, suspended, failed]) expect(recordOf(step)).not.toHaveProperty("job");
  });

  it.each<[string, Seen]>([
    ["somebody has begun it", { followed: running }],
    ["somebody was faster", { followed: idle, withdrawn: false }],
  ])("is followed to its end where it is too late for that: %s", (_, seen) => {
    for (const more of [newer, suspendedByUser]) {
      expect(next(followed, seen, situation(more), now)).toMatchObject({
        do: "Wait",
        record: { phase: "InProgress", job },
      });
    }
  });

  it("that ends is noted as what lies there, and the newer bundle is planned on that", () => {
    expect(next(followed, { followed: otherwise }, situation(newer), now)).toEqual({ do: "Observe" });
    const observation = present({ leaf: facts({ sha256: "bb" }), differs: [{ what: "certificate" }] });
    const schedule = { runAt: "2026-03-01T00:00:00Z" };
    const step = next(followed, { followed: otherwise, observation }, situation({ ...newer, schedule }), now);
    expect(step).toMatchObject({
      do: "Wait",
      record: {
        reason: "WaitingForRunAt",
        fingerprint: "key:new",
        deliveredAt: "2026-02-01T00:00:00.000Z",
        remote: { sha256: "bb" },
      },
    });
    expect(recordOf(step)).not.toHaveProperty("job");
  });

  it("that fails is no failure: what is wanted now was not tried yet", () => {
    for (const more of [newer, suspendedByUser]) {
      expect(next(followed, { followed: broken }, situation(more), now)).toEqual({ do: "Observe" });
    }
  });

  it("that ends well while it is suspended is delivered", () => {
    expect(next(followed, { followed: ended }, situation(suspendedByUser), now)).toMatchObject({
      do: "Done",
      record: { phase: "Delivered", deliveredAt: "2026-02-01T00:00:00.000Z" },
    });
  });

  it("is taken for wanted where a lost key lets nobody compare", () => {
    expect(next(followed, { followed: idle }, situation({ fingerprint: "other:new" }), now).do).toBe("Wait");
  });
});

describe("while the operator or the store is stopped", () => {
  it("a job is followed, and not taken back", () => {
    for (const s of [situation(stopped), situation({ ...stopped, fingerprint: "key:newer" })]) {
      expect(next(followed, {}, s, now).do).toBe("Follow");
    }
    expect(next(followed, { followed: idle }, situation(stopped), now)).toMatchObject({ do: "Wait", record: { job } });
    expect(next(followed, { followed: ended }, situation(stopped), now).do).toBe("Done");
  });

  it("a job of an older bundle stays as well: to take it back is to write", () => {
    const step = next(followed, { followed: idle }, situation({ ...stopped, ...newer }), now);
    expect(step).toMatchObject({ do: "Wait", record: { job } });
  });
});

describe("a question about a job that fails", () => {
  it.each<[string, StoreError, object]>([
    ["no answer", new TransientError("StoreUnavailable", "m"), { phase: "Failed", failures: 1 }],
    ["no right", new BlockedError("AccessDenied", "m"), { phase: "Blocked", failures: 1 }],
    ["shut", new WaitingError("CredentialsRefused", "m"), { phase: "Waiting" }],
    ["nothing helps", new TerminalError("NotGranted", "m"), { phase: "Blocked" }],
  ])("keeps the job, and is asked again: %s", (_, error, record) => {
    for (const during of ["follow", "withdraw", "observe"] as const) {
      const step = next(followed, { failure: { during, error } }, situation(), now);
      expect(step).toMatchObject({ do: "Wait", record: { ...record, fingerprint: "key:old", job } });
      expect(step).toHaveProperty("until", expect.any(Date));
    }
  });

  it("is asked again in its time, sooner when something has changed, and then no time is on record any more", () => {
    const failing = {
      ...followed,
      failures: 1,
      failureFingerprint: "inputs-1",
      nextAttemptTime: "2026-02-01T00:00:05Z",
    };
    expect(next(failing, {}, situation(), now)).toEqual({
      do: "Wait",
      record: failing,
      until: new Date("2026-02-01T00:00:05Z"),
    });
    expect(next(failing, {}, situation({ inputs: "inputs-2" }), now).do).toBe("Follow");
    expect(recordOf(next(failing, { followed: running }, situation(), now))).not.toHaveProperty("nextAttemptTime");
  });
});

describe("what holds back a write does not hold back a job", () => {
  it.each<[string, Partial<Situation>]>([
    ["a window that has closed", { schedule: { runAt: "2026-03-01T00:00:00Z" } }],
    ["another's turn", { turn: { go: false, reason: "WaitingForRollout", message: "m" } }],
    ["drift that is reported", { policies: { ...situation().policies, driftPolicy: "Report" } }],
    ["an older certificate", { leaf: facts({ notBefore: new Date(0), notAfter: new Date("2026-02-02T00:00:00Z") }) }],
    ["a place that an older resource wants", { claim: { ...situation().claim, elder: "StoreDeployment/shop/a" } }],
  ])("%s", (_, more) => {
    const s = situation(more);
    expect(next(followed, {}, s, now).do).toBe("Follow");
    expect(next(followed, { followed: idle }, s, now)).toMatchObject({
      do: "Wait",
      record: { phase: "InProgress", job },
    });
    expect(next(followed, { followed: ended }, s, now).do).toBe("Done");
  });

  it("a reported drift is none that a job of ours has made before it was taken back or failed", () => {
    const policies = { ...situation().policies, driftPolicy: "Report" as const };
    const observation = present({ differs: [{ what: "certificate" }] });
    const failed = recordOf(next(followed, { followed: broken }, situation({ policies }), now));
    const step = next(failed, { observation }, situation({ policies }), new Date("2026-02-01T00:00:05Z"));
    expect(step.do).toBe("Put");
  });
});
