import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Turns } from "./turns.ts";

/** Work that ends when it is told to, and the order in which it began. */
function workshop(turns: Turns) {
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string): Promise<string> =>
    turns.take(name.charAt(0), async () => {
      began.push(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(name, resolve);
      await promise;
      return name;
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await tick();
  };
  return { began, start, end };
}

describe("turns", () => {
  it("begin as many as may run at a time, and the next when one ends", async () => {
    const { began, start, end } = workshop(new Turns(2));
    const all = ["a1", "a2", "a3"].map((name) => start(name));
    await tick();
    expect(began).toEqual(["a1", "a2"]);
    await end("a2");
    expect(began).toEqual(["a1", "a2", "a3"]);
    await end("a1");
    await end("a3");
    expect(await Promise.all(all)).toEqual(["a1", "a2", "a3"]);
  });

  it("go from namespace to namespace, whoever has more to do", async () => {
    const { began, start, end } = workshop(new Turns(1));
    const all = ["a1", "a2", "a3", "a4", "b1", "c1", "b2"].map((name) => start(name));
    for (const name of ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]) {
      await tick();
      expect(began.at(-1)).toBe(name);
      await end(name);
    }
    await Promise.all(all);
  });

  it("go on after work that fails, and are free again when nobody waits", async () => {
    const turns = new Turns(1);
    const fails = turns.take("a", () => Promise.reject(new Error("broken")));
    const after = turns.take("b", () => Promise.resolve("done"));
    await expect(fails).rejects.toThrow("broken");
    expect(await after).toBe("done");
    expect(await turns.take("c", () => Promise.resolve("again"))).toBe("again");
  });
});
