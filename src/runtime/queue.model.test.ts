import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Priority, WorkQueue } from "./queue.ts";
import { ManualClock, settle } from "./testing/manual-clock.ts";

/** What a work queue is to do, said as plainly as possible: lists and searches, no timers and no promises. */
class Model {
  now = 0;
  /** Workers that wait for a key. */
  idle = 0;
  stopped = false;
  ready: { key: string; priority: Priority }[] = [];
  readonly running = new Map<string, Priority>();
  readonly again = new Map<string, Priority>();
  readonly later = new Map<string, { at: number; priority: Priority }>();
  readonly failures = new Map<string, number>();
  /** Every key that a worker was given, in order. */
  readonly given: string[] = [];
  /** Touched since its last run began. */
  readonly touched = new Set<string>();

  add(key: string, priority: Priority): void {
    if (this.stopped) return;
    this.touched.add(key);
    const joined = higher(priority, this.later.get(key)?.priority);
    this.later.delete(key);
    const waiting = this.ready.find((one) => one.key === key);
    if (this.running.has(key)) this.again.set(key, higher(joined, this.again.get(key)));
    else if (waiting === undefined) this.ready.push({ key, priority: joined });
    else if (waiting.priority === "Low" && joined === "High") {
      this.ready = [...this.ready.filter((one) => one !== waiting), { key, priority: "High" }];
    }
    this.give();
  }

  after(key: string, wait: number, priority: Priority): void {
    if (this.stopped) return;
    this.touched.add(key);
    if (this.ready.some((one) => one.key === key)) return;
    const at = this.now + wait;
    const known = this.later.get(key);
    if (known === undefined) this.later.set(key, { at, priority });
    else if (known.at <= at) this.later.set(key, { at: known.at, priority: higher(priority, known.priority) });
    else {
      this.later.delete(key);
      this.later.set(key, { at, priority: higher(priority, known.priority) });
    }
  }

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const [next] = [...this.later].filter(([, { at }]) => at <= end).toSorted(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      const [key, { at, priority }] = next;
      this.now = at;
      this.add(key, priority);
    }
    this.now = end;
  }

  give(): void {
    while (this.idle > 0) {
      const next = this.ready.find(({ priority }) => priority === "High") ?? this.ready[0];
      if (next === undefined) return;
      if (this.running.has(next.key)) throw new Error(`the model runs ${next.key} twice at once`);
      this.idle -= 1;
      this.ready = this.ready.filter((one) => one !== next);
      this.running.set(next.key, next.priority);
      this.touched.delete(next.key);
      this.given.push(next.key);
    }
  }
}

function higher(a: Priority, b: Priority | undefined): Priority {
  return a === "High" || b === "High" ? "High" : "Low";
}

/** The queue under test with workers that only note what they are given. */
class Real {
  readonly clock = new ManualClock();
  readonly queue = new WorkQueue(this.clock);
  readonly given: string[] = [];
  ended = 0;

  async work(): Promise<void> {
    const key = await this.queue.get();
    if (key === undefined) this.ended += 1;
    else this.given.push(key);
  }
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command, after which queue and model must show the same. */
function command(
  name: string,
  change: (model: Model, real: Real) => void | Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command {
  return {
    check,
    toString: () => name,
    run: async (model, real) => {
      await change(model, real);
      await settle();
      expect(real.given).toEqual(model.given);
      expect(real.queue.length).toBe(model.ready.length);
    },
  };
}

const add = (key: string, priority: Priority): Command =>
  command(`add(${key}, ${priority})`, (model, { queue }) => {
    queue.add(key, priority);
    model.add(key, priority);
  });

const addAt = (key: string, wait: number): Command =>
  command(`addAt(${key}, now + ${wait})`, (model, { queue, clock }) => {
    queue.addAt(key, clock.now() + wait);
    if (wait > 0) model.after(key, wait, "Low");
    else model.add(key, model.running.get(key) ?? "Low");
  });

const retry = (key: string): Command =>
  command(`retry(${key})`, (model, { queue }) => {
    queue.retry(key);
    const failures = model.failures.get(key) ?? 0;
    model.failures.set(key, failures + 1);
    model.after(key, Math.min(100 * 2 ** failures, 60_000), model.running.get(key) ?? "Low");
  });

const forget = (key: string): Command =>
  command(`forget(${key})`, (model, { queue }) => {
    queue.forget(key);
    model.failures.delete(key);
  });

const work = (): Command =>
  command("work", (model, real) => {
    void real.work();
    if (model.stopped) return;
    model.idle += 1;
    model.give();
  });

const done = (key: string): Command =>
  command(
    `done(${key})`,
    (model, { queue }) => {
      queue.done(key);
      model.running.delete(key);
      const again = model.again.get(key);
      model.again.delete(key);
      if (again !== undefined) model.add(key, again);
    },
    (model) => model.running.has(key),
  );

const pass = (milliseconds: number): Command =>
  command(`${milliseconds} ms pass`, async (model, { clock }) => {
    await clock.advance(milliseconds);
    model.advance(milliseconds);
  });

const shutDown = (): Command =>
  command("shutDown", (model, { queue }) => {
    queue.shutDown();
    model.stopped = true;
    model.idle = 0;
    model.later.clear();
  });

const key = fc.constantFrom("a", "b", "c");
const priority = fc.constantFrom<Priority>("High", "Low");
const working = [
  fc.tuple(key, priority).map(([key, priority]) => add(key, priority)),
  fc.tuple(key, fc.integer({ min: -50, max: 400 })).map(([key, wait]) => addAt(key, wait)),
  key.map(retry),
  key.map(forget),
  key.map(done),
  fc.constant(null).map(work),
  fc.integer({ min: 1, max: 500 }).map(pass),
];

describe("a work queue, in any order of events", () => {
  it("does what its model does: one run of a key at a time, order, priorities, times and back-off", async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(working, { maxCommands: 60, size: "max" }), async (commands) => {
        const model = new Model();
        const real = new Real();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        // Whatever was touched is run in the end, without being touched again.
        for (let round = 0; round < 4; round += 1) {
          const rest = [...model.running.keys()].map(done);
          await fc.asyncModelRun(() => ({ model, real }), [...rest, pass(60_000), work(), work(), work()]);
        }
        expect([...model.touched]).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("gives nothing out once it is shut down, and lets every worker go", async () => {
    const all = [...working, fc.constant(null).map(shutDown)];
    await fc.assert(
      fc.asyncProperty(fc.commands(all, { maxCommands: 40, size: "max" }), async (commands) => {
        const model = new Model();
        const real = new Real();
        await fc.asyncModelRun(() => ({ model, real }), [...commands, shutDown()]);
        const given = real.given.length;
        const rest = [...model.running.keys()].map(done);
        await fc.asyncModelRun(() => ({ model, real }), [...rest, add("a", "High"), retry("b"), pass(60_000), work()]);
        expect(real.given).toHaveLength(given);
        expect(real.ended).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});
