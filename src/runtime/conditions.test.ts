import { describe, expect, it } from "vitest";
import { setCondition } from "./conditions.ts";

const before = [
  { type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "Delivered", message: "" },
  { type: "Stalled", status: "False", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "NotStalled", message: "" },
] as const;
const now = new Date("2026-02-01T00:00:00Z");

describe("a condition", () => {
  it("keeps its time while its status stays", () => {
    const after = setCondition(
      before,
      { type: "Ready", status: "True", reason: "Updating", message: "m", observedGeneration: 2 },
      now,
    );
    expect(after[0]).toEqual({
      type: "Ready",
      status: "True",
      observedGeneration: 2,
      lastTransitionTime: "2026-01-01T00:00:00Z",
      reason: "Updating",
      message: "m",
    });
  });

  it("moves its time with its status, and stays in its place", () => {
    const after = setCondition(before, { type: "Ready", status: "False", reason: "Expired", message: "" }, now);
    expect(after.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ["Ready", "2026-02-01T00:00:00.000Z"],
      ["Stalled", "2026-01-01T00:00:00Z"],
    ]);
  });

  it("is added at the end when it is new, with a message that fits the API", () => {
    const after = setCondition(
      before,
      { type: "Delivered", status: "True", reason: "x", message: "m".repeat(2000) },
      now,
    );
    expect(after[2]?.message).toHaveLength(1024);
  });

  it("has no half character at the end of a message that is cut", () => {
    const message = `${"m".repeat(1023)}😀`;
    const [condition] = setCondition([], { type: "Ready", status: "True", reason: "x", message }, now);
    expect(condition?.message).toBe("m".repeat(1023));
  });
});
