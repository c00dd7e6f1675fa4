import { describe, expect, it, vi } from "vitest";
import { type QueueObserver, WorkQueue } from "./queue.ts";
import { ManualClock } from "./testing/manual-clock.ts";

function queueAndClock(): [WorkQueue, ManualClock] {
  const clock = new ManualClock();
  return [new WorkQueue(clock), clock];
}

/** The next key, or "nothing" when none is ready. */
async function take(queue: WorkQueue): Promise<string> {
  return (queue.length === 0 ? undefined : await queue.get()) ?? "nothing";
}

describe("a work queue", () => {
  it("hands out a key once, however often it was added", async () => {
    const [queue] = queueAndClock();
    queue.add("a");
    queue.add("a");
    expect([await take(queue), await take(queue)]).toEqual(["a", "nothing"]);
  });

  it("runs a key again that was added while it was worked on, and never beside itself", async () => {
    const [queue] = queueAndClock();
    queue.add("a");
    await take(queue);
    queue.add("a");
    expect(await take(queue)).toBe("nothing");
    queue.done("a");
    expect(await take(queue)).toBe("a");
  });

  it("hands out sooner what waits for a time, each with its priority, when it is hastened", async () => {
    const [queue, clock] = queueAndClock();
    queue.addAt("refresh", 60_000);
    queue.add("retried");
    await take(queue);
    queue.retry("retried");
    queue.done("retried");
    queue.addAt("later", 120_000);
    queue.hasten(70_000);
    await clock.advance(0);
    expect([await take(queue), await take(queue), await take(queue)]).toEqual(["retried", "refresh", "nothing"]);
    await clock.advance(49_999);
    expect(await take(queue)).toBe("nothing");
    await clock.advance(1);
    expect(await take(queue)).toBe("later");
  });

  it("hands out High before Low, and first come first within", async () => {
    const [queue] = queueAndClock();
    queue.add("low-1", "Low");
    queue.add("low-2", "Low");
    queue.add("high-1");
    queue.add("low-2", "High");
    expect([await take(queue), await take(queue), await take(queue)]).toEqual(["high-1", "low-2", "low-1"]);
  });

  it("remembers the higher priority of what was added while it was worked on", async () => {
    const [queue] = queueAndClock();
    queue.add("a", "Low");
    await take(queue);
    queue.add("b", "Low");
    queue.add("a", "High");
    queue.add("a", "Low");
    queue.done("a");
    expect([await take(queue), await take(queue)]).toEqual(["a", "b"]);
  });

  it("keeps the priority of a retry that a refresh asks for earlier, or at once", async () => {
    const [queue, clock] = queueAndClock();
    for (const key of ["first", "sooner", "at-once"]) {
      queue.add(key, "High");
      await take(queue);
      queue.retry(key);
      queue.done(key);
    }
    queue.addAt("sooner", 50);
    queue.add("low", "Low");
    queue.add("at-once", "Low");
    await clock.advance(100);
    expect([await take(queue), await take(queue), await take(queue)]).toEqual(["at-once", "sooner", "first"]);
  });

  it("waits for a time, the earliest of several", async () => {
    const [queue, clock] = queueAndClock();
    queue.addAt("a", 5_000);
    queue.addAt("a", 2_000);
    queue.addAt("a", 9_000);
    await clock.advance(1_999);
    expect(await take(queue)).toBe("nothing");
    await clock.advance(1);
    expect(await take(queue)).toBe("a");
    queue.done("a");
    await clock.advance(10_000);
    expect(await take(queue)).toBe("nothing");
  });

  it("drops the time when the key is added at once", async () => {
    const [queue, clock] = queueAndClock();
    queue.addAt("a", 5_000);
    queue.add("a");
    await take(queue);
    queue.done("a");
    await clock.advance(10_000);
    expect(await take(queue)).toBe("nothing");
  });

  it("waits longer after each failure, up to a minute, until it is forgotten", async () => {
    const [queue, clock] = queueAndClock();
    const waited: number[] = [];
    for (let failure = 0; failure < 12; failure += 1) {
      queue.retry("a");
      const before = clock.now();
      while ((await take(queue)) === "nothing") await clock.advance(50);
      queue.done("a");
      waited.push(clock.now() - before);
    }
    expect(waited).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]);
    queue.forget("a");
    queue.retry("a");
    await clock.advance(100);
    expect(await take(queue)).toBe("a");
  });

  it.each([
    [0, 90],
    [0.5, 100],
    [0.999, 109],
  ])("spreads retries by a tenth either way: with chance %d, not before %d ms", async (chance, wait) => {
    const clock = Object.assign(new ManualClock(), { random: () => chance });
    const queue = new WorkQueue(clock);
    queue.retry("a");
    await clock.advance(wait - 1);
    expect(await take(queue)).toBe("nothing");
    await clock.advance(2);
    expect(await take(queue)).toBe("a");
  });

  it("retries with the priority of the run that failed", async () => {
    const [queue, clock] = queueAndClock();
    queue.add("high");
    await take(queue);
    queue.retry("high");
    queue.done("high");
    queue.add("low", "Low");
    await clock.advance(100);
    expect([await take(queue), await take(queue)]).toEqual(["high", "low"]);
  });

  it("takes a time that has passed for now, with the priority of the run that asks", async () => {
    const [queue, clock] = queueAndClock();
    await clock.advance(5_000);
    queue.add("high");
    await take(queue);
    queue.addAt("idle", 4_000);
    queue.addAt("high", 4_000);
    queue.done("high");
    expect([await take(queue), await take(queue)]).toEqual(["high", "idle"]);
  });

  it("can wait for longer than a timer takes", async () => {
    const [queue, clock] = queueAndClock();
    const after = vi.spyOn(clock, "after");
    queue.addAt("a", 2 ** 31 + 1_000);
    await clock.advance(2 ** 31 - 1);
    expect(await take(queue)).toBe("nothing");
    await clock.advance(1_001);
    expect(await take(queue)).toBe("a");
    expect(after.mock.calls.map(([milliseconds]) => milliseconds)).toEqual([2_147_483_647, 1_001]);
  });

  it("ends those who wait when it is shut down", async () => {
    const [queue] = queueAndClock();
    const waiting = queue.get();
    queue.shutDown();
    queue.add("a");
    expect([await waiting, await queue.get()]).toEqual([undefined, undefined]);
  });

  it("tells an observer when keys begin to wait, are handed out, end and are retried", async () => {
    const told: (string | number)[][] = [];
    const observer: QueueObserver = {
      added: () => told.push(["added"]),
      depth: (waiting) => told.push(["depth", waiting]),
      taken: (milliseconds) => told.push(["taken", milliseconds]),
      ended: (milliseconds) => told.push(["ended", milliseconds]),
      retried: () => told.push(["retried"]),
    };
    const clock = new ManualClock();
    const queue = new WorkQueue(clock, observer);
    queue.add("a", "Low");
    await clock.advance(30);
    queue.add("a", "High");
    await clock.advance(20);
    await take(queue);
    await clock.advance(7);
    queue.retry("a");
    queue.done("a");
    queue.done("a");
    expect(told).toEqual([
      ["added"],
      ["depth", 1],
      ["depth", 1],
      ["taken", 50],
      ["depth", 0],
      ["retried"],
      ["ended", 7],
    ]);
  });
});
