import type { DeliveryRecord, Rollout } from "../crds/index.ts";

/** Whether a target may write now. `stopped` names the rollout that a failure has stopped. */
export type Turn =
  | { readonly go: true }
  | {
      readonly go: false;
      readonly reason: "WaitingForRollout" | "RolloutStopped";
      readonly message: string;
      readonly stopped?: string;
    };

/**
 * How a target stands in a rollout. `Unseen`: whether it has something to write is not known yet. `Queued`: it has, and
 * waits for its turn. `UnderWay`: it holds a slot. `Past`: it holds the bundle, or waits for something else.
 */
export type Standing = "Unseen" | "Queued" | "UnderWay" | "Failed" | "Past";

/** One rollout of one object, as far as it is known. */
export interface RolloutState {
  /** Names what goes out and what was asked for: another bundle, spec or reconcile request is another rollout. */
  readonly revision: string;
  /** The targets in the order of the list. */
  readonly order: readonly string[];
  readonly standings: ReadonlyMap<string, Standing>;
  /** Targets to which another rollout, or another process, is still writing: slots that are taken. */
  readonly leftover: ReadonlySet<string>;
  /** A target has failed in it, though it may be well by now. */
  readonly failed: boolean;
}

/**
 * The rule of the rollout: in list order, so many at a time. What is known of the targets may be only of this process, since
 * after a start each is looked at again; that a failure has stopped it is also on record.
 */
export function turnOf(target: string, record: DeliveryRecord, rollout: Rollout, state: RolloutState): Turn {
  const { order, standings, leftover, revision, failed } = state;
  const { maxParallel = 1, stopOnFailure = false } = rollout;
  const standing = (name: string): Standing => standings.get(name) ?? "Unseen";
  const stopped = record.reason === "RolloutStopped" && record.failureFingerprint === revision;
  // One that has failed itself was begun, and goes on.
  if (stopOnFailure && (failed || stopped) && standing(target) !== "Failed") {
    const message =
      "A target failed, and stopOnFailure is true: no other is begun until spec or source changes, or a reconcile is requested.";
    return { go: false, reason: "RolloutStopped", message, stopped: revision };
  }
  const before = order.slice(0, order.indexOf(target));
  const first = before.every((name) => !["Unseen", "Queued"].includes(standing(name)));
  const underWay = (name: string): boolean => standing(name) === "UnderWay" || leftover.has(name);
  const busy = order.filter((name) => name !== target && underWay(name));
  if (first && busy.length < maxParallel) return { go: true };
  const message = `It waits for its turn: at most ${maxParallel} at a time, in the order of the list.`;
  return { go: false, reason: "WaitingForRollout", message };
}

/**
 * How a target stands by what its run has come to. A write that may still be under way keeps its slot; a job, which may take
 * days, only where those after it must know whether it fails.
 */
export function standingOf({ phase, reason, attempt, job }: DeliveryRecord, { stopOnFailure }: Rollout): Standing {
  const followed = job !== undefined && (phase === "InProgress" || phase === "Failed");
  if (followed) return stopOnFailure === true ? "UnderWay" : "Past";
  if (phase === "Failed" || phase === "Blocked") return "Failed";
  if (phase === "InProgress" && attempt !== undefined) return "UnderWay";
  return reason === "WaitingForRollout" ? "Queued" : "Past";
}
