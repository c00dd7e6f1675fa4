import type { Rollout } from "../../crds/index.ts";
import {
  type DeliveryRecord,
  type RolloutState,
  type Standing,
  standingOf,
  type Turn,
  turnOf,
} from "../../delivery/index.ts";
import type { Subject, Target } from "./subject.ts";

/** One target's run in a rollout. Where `turn` lets it write it holds a slot, until it says what it came to or leaves. */
export interface Asked {
  readonly turn: Turn;
  settle(record: DeliveryRecord): void;
  leave(): void;
}

interface Progress extends RolloutState {
  readonly rollout: Rollout;
  readonly standings: Map<string, Standing>;
  readonly leftover: Set<string>;
  failed: boolean;
}

/** The slots of every object with a rollout. Whose turn has come is run again by `wake`. */
export class Rollouts {
  readonly #byObject = new Map<string, Progress>();
  readonly #wake: (key: string, target: string) => void;

  constructor(wake: (key: string, target: string) => void) {
    this.#wake = wake;
  }

  /**
   * Asks for a slot; undefined where the object has no rollout.
   * @param revision names what goes out and what was asked for
   */
  ask(
    key: string,
    subject: Subject,
    { name }: Pick<Target, "name">,
    record: DeliveryRecord,
    revision: string,
  ): Asked | undefined {
    const { rollout } = subject;
    if (rollout === undefined) {
      this.#byObject.delete(key);
      return undefined;
    }
    const progress = this.#progress(key, subject, rollout, revision);
    const before = progress.standings.get(name);
    const turn = turnOf(name, record, rollout, progress);
    if (turn.go) {
      progress.standings.set(name, "UnderWay");
      this.#wakeNext(key);
    }
    let asked = true;
    const end = (standing: Standing | undefined): void => {
      if (!asked) return;
      asked = false;
      this.#end(key, progress, name, standing);
    };
    return { turn, settle: (settled) => end(standingOf(settled, rollout)), leave: () => end(before) };
  }

  forget(key: string): void {
    this.#byObject.delete(key);
  }

  #end(key: string, progress: Progress, name: string, standing: Standing | undefined): void {
    const current = this.#byObject.get(key);
    if (current !== progress) {
      // Another rollout has begun meanwhile: for that one this says nothing but that a slot is free.
      current?.leftover.delete(name);
    } else {
      progress.leftover.delete(name);
      if (standing === undefined) progress.standings.delete(name);
      else progress.standings.set(name, standing);
      progress.failed ||= standing === "Failed" && progress.rollout.stopOnFailure === true;
    }
    if (current?.failed !== true) return this.#wakeNext(key);
    // Those that wait are to say that it is stopped, also those that have only now come to wait.
    for (const [queued, how] of current.standings) if (how === "Queued") this.#wake(key, queued);
  }

  #progress(key: string, { targets, records }: Subject, rollout: Rollout, revision: string): Progress {
    const known = this.#byObject.get(key);
    if (known?.revision === revision) return known;
    const order = targets.map(({ name }) => name);
    const underWay = (name: string): boolean => {
      if (known !== undefined) return known.leftover.has(name) || known.standings.get(name) === "UnderWay";
      const record = records.get(name);
      return record !== undefined && standingOf(record, rollout) === "UnderWay";
    };
    const leftover = new Set(order.filter(underWay));
    const progress: Progress = { rollout, revision, order, standings: new Map(), leftover, failed: false };
    this.#byObject.set(key, progress);
    return progress;
  }

  /** Runs the first that waits, if it is its turn; when that one has begun, the one after it is asked for. */
  #wakeNext(key: string): void {
    const progress = this.#byObject.get(key);
    if (progress === undefined) return;
    const { order, standings, rollout } = progress;
    const first = order.find((name) => ["Unseen", "Queued"].includes(standings.get(name) ?? "Unseen"));
    if (first === undefined || standings.get(first) !== "Queued") return;
    const { go } = turnOf(first, { phase: "Waiting" }, rollout, progress);
    if (go) this.#wake(key, first);
  }
}
