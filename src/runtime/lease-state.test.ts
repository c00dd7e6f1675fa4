import { describe, expect, it } from "vitest";
import type { Lease } from "../kube/index.ts";
import { defaultDurations, held, mayHold, released, sight } from "./lease-state.ts";

function lease(holder: string, version = "1"): Lease {
  const spec = { holderIdentity: holder, acquireTime: "then", leaseTransitions: 4 };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "l", resourceVersion: version },
    spec,
  };
}

describe("a lease", () => {
  it.each([
    ["free", "", 0, true],
    ["ours", "me", 0, true],
    ["another's, renewed 14.9 s ago on our clock", "you", 14_900, false],
    ["another's, not renewed for 15 s on our clock", "you", 15_000, true],
  ])("that is %s", (_, holder, age, expected) => {
    const seen = sight(undefined, lease(holder), 100_000);
    expect(mayHold(seen, "me", 100_000 + age, defaultDurations)).toBe(expected);
  });

  it("is respected for as long as its holder promised, where that is longer than our own time", () => {
    const { spec, ...rest } = lease("you");
    const seen = sight(undefined, { ...rest, spec: { ...spec, leaseDurationSeconds: 60 } }, 0);
    expect(mayHold(seen, "me", 59_999, defaultDurations)).toBe(false);
    expect(mayHold(seen, "me", 60_000, defaultDurations)).toBe(true);
  });

  it.each([
    [60, 59_999, false],
    [60, 60_000, true],
    [1, 1_000, true],
  ])("whose holder promised %d s, not renewed for %d ms, may be taken: %s", (promised, age, expected) => {
    const { spec, ...rest } = lease("you");
    const seen = sight(undefined, { ...rest, spec: { ...spec, leaseDurationSeconds: promised } }, 100_000);
    expect(mayHold(seen, "me", 100_000 + age, defaultDurations)).toBe(expected);
  });

  it("without a spec is free", () => {
    const { spec: _, ...bare } = lease("you");
    expect(mayHold(sight(undefined, bare, 0), "me", 0, defaultDurations)).toBe(true);
  });

  it("counts from the first sight of its version, whatever times are written in it", () => {
    const first = sight(undefined, lease("you"), 1_000);
    expect(sight(first, lease("you"), 9_000).since).toBe(1_000);
    expect(sight(first, lease("you", "2"), 9_000).since).toBe(9_000);
  });

  it("tells a change of holder, and none when it is renewed", () => {
    const at = new Date("2026-01-01T00:00:00.123Z");
    expect(held(lease("you"), "me", at, defaultDurations).spec).toEqual({
      holderIdentity: "me",
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-01T00:00:00.123000Z",
      renewTime: "2026-01-01T00:00:00.123000Z",
      leaseTransitions: 5,
    });
    expect(held(lease("me"), "me", at, defaultDurations).spec).toMatchObject({
      acquireTime: "then",
      leaseTransitions: 4,
    });
  });

  it("has no holder when it is given back", () => {
    expect(released(lease("me"), new Date("2026-01-01T00:00:00.123Z")).spec).toEqual({
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: "then",
      renewTime: "2026-01-01T00:00:00.123000Z",
      leaseTransitions: 4,
    });
  });
});
