import { describe, expect, it } from "vitest";
import type { PreviousPlace } from "../../crds/index.ts";
import { type Circumstances, leaving, waysOut } from "./leaving.ts";
import type { Subject, Target } from "./subject.ts";

const now = new Date("2026-06-01T12:00:00Z");
const place = { storeRef: { name: "apps" }, address: "a", key: "a", deletionPolicy: "Delete" } as const;
const entry: PreviousPlace = { target: "t", place };
const quiet: Circumstances = { abandoned: false, writesSuspended: false, awaited: false, inputs: "i", now };

function target(deletionPolicy: "Delete" | "Retain", suspended = false): Target {
  return {
    name: "t",
    storeRef: { name: "apps" },
    provider: "kubernetes",
    block: {},
    chain: { include: true, root: "Exclude" },
    privateKey: "Include",
    policies: {
      adoptionPolicy: "IfMatching",
      deletionPolicy,
      driftPolicy: "Repair",
      downgradePolicy: "Refuse",
    },
    suspended,
  };
}

function subject(targets: readonly Target[], more: Partial<Subject> = {}): Subject {
  return {
    kind: "StoreDeployment",
    namespace: "shop",
    name: "web",
    uid: "u",
    generation: 1,
    created: "2026-01-01T00:00:00Z",
    deleting: false,
    requested: undefined,
    suspended: false,
    refreshMs: 0,
    source: { importName: "web" },
    targets,
    records: new Map(),
    ...more,
  };
}

const there = subject([target("Delete")]);
const going = subject([target("Delete")], { deleting: true });
const paused = subject([target("Delete")], { suspended: true });
const pausedTarget = subject([target("Delete", true)]);
const job = { ids: ["7"], state: "", submittedAt: "2026-06-01T11:59:00Z" };
const coming: PreviousPlace = { ...entry, job: { ...job, fingerprint: "k:1" } };
const clearing: PreviousPlace = { ...entry, job };
const retained: PreviousPlace = { ...coming, place: { ...place, deletionPolicy: "Retain" } };
const replaced: PreviousPlace = { ...entry, replaced: true };
const later = { ...entry, nextAttemptTime: "2026-06-01T12:00:01Z" };

describe("a place that is not wanted any more", () => {
  it.each<[string, PreviousPlace, Subject, Partial<Circumstances>, string]>([
    ["is removed", entry, there, {}, "Remove"],
    ["is removed though its target is gone", entry, subject([]), {}, "Remove"],
    ["stays when the policy is Retain now", entry, subject([target("Retain")]), {}, "deletionPolicy is Retain now"],
    [
      "stays when its object is abandoned",
      entry,
      there,
      { abandoned: true },
      "the annotation certferry.io/abandon is true",
    ],
    ["waits for the end of a suspension", entry, paused, {}, "Wait"],
    ["waits for the end of its target's", entry, pausedTarget, {}, "Wait"],
    ["stays when its object goes suspended", entry, { ...paused, deleting: true }, {}, "the resource is suspended"],
    ["stays when its target goes suspended", entry, { ...pausedTarget, deleting: true }, {}, "its target is suspended"],
    [
      "stays when the policy is Retain now, and its job is taken back",
      coming,
      subject([target("Retain")]),
      {},
      "Withdraw",
    ],
    ["stays though its target is gone, and its job is taken back", retained, subject([]), {}, "Withdraw"],
    ["has its job taken back while its object is suspended, too", retained, { ...paused, targets: [] }, {}, "Withdraw"],
    [
      "has its job taken back before the new place holds anything",
      retained,
      subject([target("Retain")]),
      { awaited: true },
      "Withdraw",
    ],
    ["keeps its job while the operator may not write", retained, subject([]), { writesSuspended: true }, "Wait"],
    ["is removed once the new place is there, whatever job is on its way", coming, there, { awaited: true }, "Wait"],
    ["is removed to the end when the store has begun to", clearing, there, { awaited: true }, "Remove"],
    ["is removed under another name though the policy is Retain", replaced, subject([target("Retain")]), {}, "Remove"],
    [
      "waits for an operator that may write, also when its object goes",
      entry,
      going,
      { writesSuspended: true },
      "Wait",
    ],
    ["waits for the place in its stead", entry, there, { awaited: true }, "Wait"],
    ["waits while a write there may be under way", later, going, {}, "Wait"],
    ["is removed when that has ended", later, going, { now: new Date("2026-06-01T12:00:01Z") }, "Remove"],
    ["waits for its back-off", { ...later, failureFingerprint: "i" }, there, {}, "Wait"],
    ["waits no longer once the store is another", { ...later, failureFingerprint: "j" }, there, {}, "Remove"],
  ])("%s", (_, left, of, circumstances, expected) => {
    const verdict = leaving(left, of, { ...quiet, ...circumstances });
    expect(verdict.do === "Leave" ? verdict.why : verdict.do).toBe(expected);
  });

  it("says until when it waits, and what for", () => {
    expect(leaving(later, there, quiet)).toEqual({ do: "Wait", until: new Date("2026-06-01T12:00:01Z") });
    expect(leaving(entry, going, { ...quiet, writesSuspended: true })).toEqual({
      do: "Wait",
      told: { reason: "Suspended", message: "The operator runs with --suspend-writes; start it without." },
    });
  });

  it("tells how to let its object go: a target that is gone has no policy to be changed", () => {
    expect(waysOut(entry, going)).toBe(
      "To let it go as it is, annotate it with certferry.io/abandon=true or set deletionPolicy: Retain.",
    );
    expect(waysOut(entry, subject([]))).toBe("To let it go as it is, annotate it with certferry.io/abandon=true.");
  });
});
