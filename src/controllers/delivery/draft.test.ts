import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import { outcomeOf } from "./outcome.ts";
import {
  type Draft,
  isRepeated,
  withDeliverNow,
  withOpening,
  withoutTargets,
  withReport,
  withRequest,
} from "./draft.ts";

const empty: Draft = {
  records: new Map(),
  previous: [],
  history: [],
  reports: {},
  sourceValid: { status: "True", reason: "Valid", message: "" },
  generations: new Map(),
};
const at = new Date("2026-06-01T00:00:00Z");

function placed(address: string, deletionPolicy: "Delete" | "Retain" = "Delete"): DeliveryRecord {
  const place = { storeRef: { name: "apps" }, address, key: address, deletionPolicy };
  return { phase: "Delivered", reason: "Delivered", deliveredAt: "2026-06-01T00:00:00Z", place };
}

/** A run that began with what the draft holds; `opening` is saved before its end. */
function report(draft: Draft, record: DeliveryRecord, opening?: DeliveryRecord): Draft {
  const change = outcomeOf(draft.records.get("t"), record);
  const opened = opening === undefined ? draft : withOpening(draft, "t", opening);
  return withReport(opened, { target: "t", record, change, generation: 3, at });
}

describe("a draft", () => {
  it("opens every target for a request to deliver now, also one that was never looked at, and notes the request", () => {
    const failed: DeliveryRecord = { phase: "Failed", failures: 2, nextAttemptTime: "2026-06-01T00:10:00Z" };
    const draft = withDeliverNow({ ...empty, records: new Map([["t", failed]]) }, "now", new Set(["t", "new"]));
    expect(draft.lastHandledDeliverNow).toBe("now");
    expect([...draft.records]).toEqual([
      ["t", { phase: "Failed", failures: 2, deliverNow: "now" }],
      ["new", { phase: "Pending", deliverNow: "now" }],
    ]);
  });

  it("knows a failure that was told of a target last, whatever came in between that is not told", () => {
    const failed: DeliveryRecord = { phase: "Failed", reason: "JobFailed", message: "No rights." };
    const warning = { type: "Warning", outcome: "JobFailed", message: "No rights." } as const;
    const once = report(empty, failed);
    const again = report(once, { phase: "InProgress", reason: "JobRunning" });
    expect([isRepeated(empty, "t", warning), isRepeated(again, "t", warning)]).toEqual([false, true]);
    expect(isRepeated(again, "u", warning)).toBe(false);
    expect(isRepeated(again, "t", { ...warning, message: "No space." })).toBe(false);
    expect(isRepeated(report(again, placed("a")), "t", warning)).toBe(false);
  });

  it("keeps the place that a target has left until it is removed", () => {
    const moved = report(report(empty, placed("a")), placed("b"));
    expect(moved.previous.map(({ target, place }) => [target, place.address])).toEqual([["t", "a"]]);
  });

  it("keeps it from the opening of the write on: the process may die right after", () => {
    const moved = withOpening(report(empty, placed("a")), "t", { ...placed("b"), phase: "InProgress" });
    expect(moved.previous.map(({ place }) => place.address)).toEqual(["a"]);
  });

  it("forgets a left place under Retain, and one that is gone back to", () => {
    expect(report(report(empty, placed("a", "Retain")), placed("b")).previous).toEqual([]);
    const back = report(report(report(empty, placed("a")), placed("b")), placed("a"));
    expect(back.previous.map(({ place }) => place.address)).toEqual(["b"]);
  });

  it("keeps a left place though another target lies at its address", () => {
    const moved = report(report(empty, placed("a")), placed("b"));
    const neighbour = withReport(moved, { target: "u", record: placed("a"), change: undefined, generation: 3, at });
    expect(neighbour.previous.map(({ target, place }) => [target, place.address])).toEqual([["t", "a"]]);
  });

  it("has room for 64 left places; the oldest is forgotten, which is told", () => {
    let draft = report(empty, placed("0"));
    for (let turn = 1; turn <= 65; turn += 1) draft = report(draft, placed(`${turn}`));
    expect(draft.previous).toHaveLength(64);
    expect(draft.previous[0]?.place.address).toBe("1");
    expect(draft.forgotten?.map(({ place }) => place.address)).toEqual(["0"]);
  });

  it("tries a failed removal again on a request, and not while a write there may be under way", () => {
    const place = { storeRef: { name: "apps" }, address: "a", key: "a", deletionPolicy: "Delete" } as const;
    const failing = {
      place,
      reason: "AccessDenied",
      failures: 3,
      failureFingerprint: "f",
      nextAttemptTime: "2026-06-01T01:00:00Z",
    };
    const writing = { place, target: "u", nextAttemptTime: "2026-06-01T00:01:30Z" };
    expect(withRequest({ ...empty, previous: [failing, writing] }, "now").previous).toEqual([
      { place, reason: "AccessDenied" },
      writing,
    ]);
  });

  it("drops targets that are gone, and keeps their places for removal", () => {
    const left = withoutTargets(report(empty, placed("a")), new Set());
    expect([...left.records]).toEqual([]);
    expect(left.previous.map(({ place }) => place.address)).toEqual(["a"]);
  });

  it("removes a place that a target has left only when a write there can no longer be under way", () => {
    const attempt = {
      number: 1,
      fingerprint: "f",
      startedAt: "2026-06-01T00:00:00Z",
      deadline: "2026-06-01T00:01:30Z",
    };
    const writing = report(empty, { ...placed("a"), phase: "InProgress", attempt });
    expect(withoutTargets(writing, new Set()).previous[0]?.nextAttemptTime).toBe("2026-06-01T00:01:30Z");
    const answered = report(empty, { ...placed("a"), attempt: { ...attempt, answeredAt: "2026-06-01T00:00:01Z" } });
    expect(withoutTargets(answered, new Set()).previous[0]).not.toHaveProperty("nextAttemptTime");
  });

  it("ends doubts and back-off with a request, and nothing that is under way", () => {
    const attempt = {
      number: 1,
      fingerprint: "f",
      startedAt: "2026-06-01T00:00:00Z",
      deadline: "2026-06-01T00:01:30Z",
    };
    const doubt: DeliveryRecord = { ...placed("a"), phase: "Blocked", reason: "InDoubt", attempt };
    const waits: DeliveryRecord = { ...placed("a"), phase: "InProgress", reason: "AwaitingOutcome", attempt };
    const failing: DeliveryRecord = {
      ...placed("a"),
      phase: "Failed",
      failures: 3,
      nextAttemptTime: "2026-06-01T01:00:00Z",
    };
    const asked = (record: DeliveryRecord): Draft => withRequest(report(empty, record), "now");
    expect(asked(doubt).lastHandledReconcileAt).toBe("now");
    expect(asked(doubt).records.get("t")).toMatchObject({ phase: "Pending", reason: "Requested" });
    expect(asked(doubt).records.get("t")).not.toHaveProperty("attempt");
    expect(asked(waits).records.get("t")).toEqual(waits);
    expect(asked(failing).records.get("t")).toEqual({ ...placed("a"), phase: "Failed" });
  });

  it("tells changes of outcome, not retries", () => {
    const failed: DeliveryRecord = { phase: "Failed", reason: "ClusterUnavailable", message: "No answer." };
    let draft = report(empty, failed);
    draft = report(draft, { ...failed, failures: 2 });
    draft = report(draft, placed("a"));
    draft = report(draft, placed("a"));
    expect(draft.history.map(({ outcome }) => outcome)).toEqual(["ClusterUnavailable", "Delivered"]);
  });

  it("keeps the last twenty changes", () => {
    let draft = empty;
    for (let turn = 0; turn < 30; turn += 1) draft = report(draft, { phase: "Blocked", reason: `R${turn}` });
    expect(draft.history.map(({ outcome }) => outcome).at(0)).toBe("R10");
    expect(draft.history).toHaveLength(20);
  });

  it("notes the generation that a target was last seen to under", () => {
    expect(report(empty, placed("a")).generations.get("t")).toBe(3);
  });
});
