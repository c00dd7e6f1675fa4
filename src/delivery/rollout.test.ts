import { describe, expect, it } from "vitest";
import type { DeliveryRecord, Rollout } from "../crds/index.ts";
import { type Standing, standingOf, turnOf } from "./rollout.ts";

const order = ["a", "b", "c", "d"];
const codes: Record<string, Standing> = { "?": "Unseen", q: "Queued", u: "UnderWay", f: "Failed", ".": "Past" };
const pending: DeliveryRecord = { phase: "Pending" };

/** How the targets stand, a letter each; asked is the target with the letter `!`. */
function turn(letters: string, rollout: Rollout, more: { failed?: boolean; record?: DeliveryRecord } = {}): string {
  const target = order[letters.indexOf("!")] ?? "";
  const known = order.flatMap((name, index): [string, Standing][] => {
    const standing = codes[letters[index] ?? ""];
    return standing === undefined ? [] : [[name, standing]];
  });
  const leftover = new Set(order.filter((_, index) => letters[index] === "o"));
  const state = { revision: "key:2", order, standings: new Map(known), leftover, failed: more.failed ?? false };
  const answer = turnOf(target, more.record ?? pending, rollout, state);
  return answer.go ? "go" : answer.reason;
}

describe("a target's turn", () => {
  it.each<[string, string, Rollout, string]>([
    ["is there for the first", "!???", {}, "go"],
    ["is not there before the first is seen", "?!??", {}, "WaitingForRollout"],
    ["is not there while the first waits for its own", "q!??", {}, "WaitingForRollout"],
    ["is not there while the first is under way, one at a time", "u!??", {}, "WaitingForRollout"],
    ["is there while the first is under way, two at a time", "u!??", { maxParallel: 2 }, "go"],
    ["is not there beside two, two at a time", "uu!?", { maxParallel: 2 }, "WaitingForRollout"],
    ["is there beside one, when the other is past", "u.!?", { maxParallel: 2 }, "go"],
    ["is there after one that holds the bundle or waits", "..!?", {}, "go"],
    ["is there after one that failed", "f!??", {}, "go"],
    ["is not there while a later one is under way", "!??u", {}, "WaitingForRollout"],
    ["is not there while another rollout is under way", "!??o", {}, "WaitingForRollout"],
    ["is there beside another rollout, two at a time", "!??o", { maxParallel: 2 }, "go"],
    ["is not there before the first is seen in this rollout", "o!??", { maxParallel: 2 }, "WaitingForRollout"],
    ["does not wait for later ones", "!qqq", {}, "go"],
    ["keeps the order though slots are free", "uq!?", { maxParallel: 3 }, "WaitingForRollout"],
  ])("%s", (_, letters, rollout, expected) => {
    expect(turn(letters, rollout)).toBe(expected);
  });

  const stop = { stopOnFailure: true, maxParallel: 4 };
  it("ends for all when one has failed, under stopOnFailure alone", () => {
    expect(turn("f!??", stop, { failed: true })).toBe("RolloutStopped");
    expect(turn("f!??", { maxParallel: 4 }, { failed: true })).toBe("go");
  });

  it("stays ended on record, for this rollout alone", () => {
    const record: DeliveryRecord = { phase: "Waiting", reason: "RolloutStopped", failureFingerprint: "key:2" };
    expect(turn("..!?", stop, { record })).toBe("RolloutStopped");
    expect(turn("..!?", stop, { record: { ...record, failureFingerprint: "key:1" } })).toBe("go");
    expect(turn("..!?", { maxParallel: 4 }, { record })).toBe("go");
  });

  it("is left to one that has failed itself", () => {
    const state = {
      revision: "key:2",
      order,
      standings: new Map([
        ["b", "Failed" as const],
        ["a", "Past" as const],
      ]),
      leftover: new Set<string>(),
      failed: true,
    };
    expect(turnOf("b", { phase: "Failed" }, stop, state)).toEqual({ go: true });
  });

  it("names the rollout that was stopped, and what goes on from there", () => {
    const state = { revision: "key:2", order, standings: new Map(), leftover: new Set<string>(), failed: true };
    expect(turnOf("b", pending, stop, state)).toEqual({
      go: false,
      reason: "RolloutStopped",
      message:
        "A target failed, and stopOnFailure is true: no other is begun until spec or source changes, or a reconcile is requested.",
      stopped: "key:2",
    });
  });
});

describe("how a target stands", () => {
  const attempt = {
    number: 1,
    fingerprint: "key:1",
    startedAt: "2026-02-01T00:00:00Z",
    deadline: "2026-02-01T00:01:30Z",
  };
  const job = { ids: ["j"], state: "new", submittedAt: "2026-02-01T00:00:00Z", fingerprint: "key:1" };
  it.each<[DeliveryRecord, Standing]>([
    [{ phase: "Delivered" }, "Past"],
    [{ phase: "Suspended" }, "Past"],
    [{ phase: "Drifted" }, "Past"],
    [{ phase: "Waiting", reason: "WaitingForWindow" }, "Past"],
    [{ phase: "Waiting", reason: "RolloutStopped" }, "Past"],
    [{ phase: "Waiting", reason: "WaitingForRollout" }, "Queued"],
    [{ phase: "Failed", attempt }, "Failed"],
    [{ phase: "Blocked", reason: "PlaceTaken" }, "Failed"],
    [{ phase: "InProgress", reason: "AwaitingOutcome", attempt }, "UnderWay"],
    [{ phase: "Failed", reason: "JobFailed" }, "Failed"],
  ])("%j", (record, expected) => {
    expect([standingOf(record, {}), standingOf(record, { stopOnFailure: true })]).toEqual([expected, expected]);
  });

  it.each<[string, DeliveryRecord, Standing, Standing]>([
    ["follows a job", { phase: "InProgress", reason: "JobRunning", job }, "Past", "UnderWay"],
    ["cannot ask about its job now", { phase: "Failed", reason: "StoreUnavailable", job }, "Past", "UnderWay"],
    ["has no right to ask about its job", { phase: "Blocked", reason: "AccessDenied", job }, "Failed", "Failed"],
    ["waits for its turn at another place", { phase: "Waiting", reason: "WaitingForRollout", job }, "Queued", "Queued"],
    ["waits for something at another place", { phase: "Waiting", reason: "SecretMissing", job }, "Past", "Past"],
  ])("that %s: a job keeps its slot under stopOnFailure alone", (_, record, expected, underStop) => {
    expect([standingOf(record, {}), standingOf(record, { stopOnFailure: true })]).toEqual([expected, underStop]);
  });
});
