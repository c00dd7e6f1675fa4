import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import { outcomeOf } from "./outcome.ts";
import { type Draft, withOpening, withoutTargets, withReport } from "./draft.ts";

const empty: Draft = {
  records: new Map(),
  previous: [],
  history: [],
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

  it("drops targets that are gone, and keeps their places for removal", () => {
    const left = withoutTargets(report(empty, placed("a")), new Set());
    expect([...left.records]).toEqual([]);
    expect(left.previous.map(({ place }) => place.address)).toEqual(["a"]);
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
