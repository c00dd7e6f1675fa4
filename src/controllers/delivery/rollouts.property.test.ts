import { array, assert, boolean, constantFrom, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import { type Asked, Rollouts } from "./rollouts.ts";
import type { Subject } from "./subject.ts";

const order = ["a", "b", "c", "d", "e"];
const ends = {
  written: { phase: "Delivered" },
  failed: { phase: "Failed" },
  forSecret: { phase: "Waiting", reason: "SecretMissing" },
} satisfies Record<string, DeliveryRecord>;
type End = keyof typeof ends;

/** The controller as a rollout sees it: runs that are asked for, and those that have begun. */
class Model {
  readonly rollouts = new Rollouts((_, name) => this.due.add(name));
  readonly due = new Set<string>();
  readonly running = new Map<string, { readonly asked: Asked; readonly revision: number }>();
  /** What each target came to, and in which rollout. */
  readonly ended = new Map<string, { readonly as: End; readonly revision: number }>();
  readonly maxParallel: number;
  /** What was against the rules. */
  readonly broken: string[] = [];
  revision = 0;

  constructor(maxParallel: number) {
    this.maxParallel = maxParallel;
  }

  renew(): void {
    this.revision += 1;
    for (const name of order) this.due.add(name);
  }

  begin(at: number): void {
    const free = [...this.due].filter((name) => !this.running.has(name));
    const name = free[at % Math.max(1, free.length)];
    if (name === undefined) return;
    this.due.delete(name);
    const targets = order.map((other) => ({ name: other }));
    const subject = { targets, rollout: { maxParallel: this.maxParallel }, records: new Map() } as unknown as Subject;
    const asked = this.rollouts.ask("shop/web", subject, { name }, { phase: "Pending" }, String(this.revision));
    if (asked === undefined) throw new Error("there is a rollout");
    this.running.set(name, { asked, revision: this.revision });
    if (asked.turn.go) this.#check(name);
  }

  /** Lets a run end; without `as` it is dropped, and asked for again. */
  end(at: number, as: End | undefined): void {
    const name = [...this.running.keys()][at % Math.max(1, this.running.size)];
    const run = name === undefined ? undefined : this.running.get(name);
    if (name === undefined || run === undefined) return;
    this.running.delete(name);
    if (!run.asked.turn.go) run.asked.settle({ phase: "Waiting", reason: "WaitingForRollout" });
    else if (as === undefined) {
      this.due.add(name);
      run.asked.leave();
    } else {
      this.ended.set(name, { as, revision: run.revision });
      run.asked.settle(ends[as]);
    }
  }

  #check(name: string): void {
    const going = [...this.running].filter(([, { asked }]) => asked.turn.go);
    if (going.length > this.maxParallel) this.broken.push(`${name} is one too many`);
    const begun = new Set(going.filter(([, run]) => run.revision === this.revision).map(([other]) => other));
    for (const before of order.slice(0, order.indexOf(name))) {
      const seen = begun.has(before) || this.ended.get(before)?.revision === this.revision;
      if (!seen) this.broken.push(`${name} goes before ${before}`);
    }
  }
}

const step = record({
  what: constantFrom("begin", "begin", "begin", "end", "end", "end", "renew"),
  at: nat(20),
  as: constantFrom<End | undefined>("written", "written", "failed", "forSecret", undefined),
});

describe("any course of runs in a rollout", () => {
  it("keeps the order and the number, and ends with all targets seen to", () => {
    assert(
      property(constantFrom(1, 2, 3), array(step, { maxLength: 80 }), boolean(), (maxParallel, steps, newestFirst) => {
        const model = new Model(maxParallel);
        model.renew();
        for (const { what, at, as } of steps) {
          if (what === "begin") model.begin(at);
          else if (what === "end") model.end(at, as);
          else model.renew();
        }
        for (let left = 200; model.due.size + model.running.size > 0; left -= 1) {
          expect(left).toBeGreaterThan(0);
          model.begin(newestFirst ? model.due.size - 1 : 0);
          model.end(0, "written");
        }
        expect(model.broken).toEqual([]);
        expect(order.map((name) => model.ended.get(name)?.revision)).toEqual(order.map(() => model.revision));
      }),
      { numRuns: 1_000 },
    );
  });
});
