import { describe, expect, it } from "vitest";
import { PackedMap } from "./packed-map.ts";

function filled(count: number): PackedMap<{ number: number }> {
  const map = new PackedMap<{ number: number }>();
  for (let number = 0; number < count; number += 1) map.set(`key-${number}`, { number });
  return map;
}

describe("a packed map", () => {
  it("gives what was put in, however long ago", () => {
    const map = filled(1_000);
    expect(map.get("key-0")).toEqual({ number: 0 });
    expect(map.get("key-999")).toEqual({ number: 999 });
    expect(map.get("key-1000")).toBeUndefined();
    expect(map.size).toBe(1_000);
  });

  it("parses an object once while it is in use", () => {
    const map = filled(1_000);
    expect(map.get("key-0")).toBe(map.get("key-0"));
  });

  it("gives the newest of a key", () => {
    const map = filled(1);
    map.get("key-0");
    map.set("key-0", { number: 7 });
    expect(map.get("key-0")).toEqual({ number: 7 });
    expect([...map.entries()]).toEqual([["key-0", { number: 7 }]]);
  });

  it("gives nothing of what was deleted", () => {
    const map = filled(2);
    map.delete("key-0");
    expect(map.get("key-0")).toBeUndefined();
    expect(map.has("key-0")).toBe(false);
    expect([...map.entries()]).toEqual([["key-1", { number: 1 }]]);
  });

  it("lists all, also those that were not asked for lately", () => {
    expect([...filled(1_000).entries()]).toHaveLength(1_000);
  });
});
