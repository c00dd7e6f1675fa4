import { beforeEach, describe, expect, it } from "vitest";
import type { DeliveryRecord, Rollout } from "../../crds/index.ts";
import { type Asked, Rollouts } from "./rollouts.ts";
import type { Subject } from "./subject.ts";

const delivered: DeliveryRecord = { phase: "Delivered" };
const queued: DeliveryRecord = { phase: "Waiting", reason: "WaitingForRollout" };
const failed: DeliveryRecord = { phase: "Failed", reason: "ClusterUnavailable" };
const writing: DeliveryRecord = {
  phase: "InProgress",
  attempt: { number: 1, fingerprint: "k:1", startedAt: "2026-02-01T00:00:00Z", deadline: "2026-02-01T00:01:30Z" },
};

const following: DeliveryRecord = {
  phase: "InProgress",
  reason: "JobRunning",
  job: { ids: ["j"], state: "new", submittedAt: "2026-02-01T00:00:00Z", fingerprint: "k:1" },
};

function subject(rollout: Rollout | undefined, records: Record<string, DeliveryRecord> = {}): Subject {
  const targets = ["a", "b", "c", "d"].map((name) => ({ name }));
  return { targets, rollout, records: new Map(Object.entries(records)) } as unknown as Subject;
}

let woken: string[];
let rollouts: Rollouts;
beforeEach(() => {
  woken = [];
  rollouts = new Rollouts((key, target) => woken.push(`${key}#${target}`));
});

interface Asking {
  readonly rollout?: Rollout;
  readonly revision?: string;
  readonly record?: DeliveryRecord;
  readonly records?: Record<string, DeliveryRecord>;
}

function ask(
  name: string,
  { rollout = {}, revision = "1", record = { phase: "Pending" }, records }: Asking = {},
): Asked {
  const asked = rollouts.ask("shop/web", subject(rollout, records), { name }, record, revision);
  if (asked === undefined) throw new Error("there is a rollout");
  return asked;
}

function told({ turn }: Asked): string {
  return turn.go ? "go" : turn.reason;
}

describe("a rollout", () => {
  it("is none where the spec has none", () => {
    expect(rollouts.ask("shop/web", subject(undefined), { name: "b" }, { phase: "Pending" }, "1")).toBeUndefined();
  });

  it("lets the first go, and the next when that one has settled", () => {
    const a = ask("a");
    const b = ask("b");
    expect([told(a), told(b)]).toEqual(["go", "WaitingForRollout"]);
    b.settle(queued);
    expect(woken).toEqual([]);
    a.settle(delivered);
    expect(woken).toEqual(["shop/web#b"]);
    expect(told(ask("b"))).toBe("go");
  });

  it("lets the next go while the first follows a job, but under stopOnFailure not before that has ended", () => {
    ask("a").settle(following);
    expect(told(ask("b"))).toBe("go");
    const rollout = { stopOnFailure: true };
    ask("a", { rollout, revision: "2" }).settle(following);
    ask("b", { rollout, revision: "2" }).settle(queued);
    ask("a", { rollout, revision: "2" }).settle(following);
    expect(woken).toEqual([]);
    ask("a", { rollout, revision: "2" }).settle(delivered);
    expect(woken).toEqual(["shop/web#b"]);
  });

  it("counts a job that failed as a failure", () => {
    const rollout = { stopOnFailure: true };
    ask("a", { rollout }).settle(following);
    ask("b", { rollout }).settle(queued);
    ask("a", { rollout }).settle({ phase: "Failed", reason: "JobFailed" });
    expect(told(ask("b", { rollout }))).toBe("RolloutStopped");
  });

  it("finds the slot of a job taken after a start, under stopOnFailure alone", () => {
    const records = { d: following };
    expect(told(ask("a", { rollout: { stopOnFailure: true }, records }))).toBe("WaitingForRollout");
    rollouts.forget("shop/web");
    expect(told(ask("a", { records }))).toBe("go");
  });

  it("keeps to the order of the list however the runs come in, and wakes nobody before its turn", () => {
    for (const name of ["d", "c", "b"]) ask(name).settle(queued);
    expect(woken).toEqual([]);
    ask("a").settle(delivered);
    expect(woken).toEqual(["shop/web#b"]);
  });

  it("wakes one after the other as long as slots are free", () => {
    const rollout = { maxParallel: 3 };
    const a = ask("a", { rollout });
    for (const name of ["c", "d"]) ask(name, { rollout }).settle(queued);
    expect(woken).toEqual([]);
    expect(told(ask("b", { rollout }))).toBe("go");
    expect(woken).toEqual(["shop/web#c"]);
    expect(told(ask("c", { rollout }))).toBe("go");
    expect(woken).toEqual(["shop/web#c"]);
    a.settle(delivered);
    expect(woken).toEqual(["shop/web#c", "shop/web#d"]);
  });

  it("gives the slot of a target that fails to the next one", () => {
    const a = ask("a");
    ask("b").settle(queued);
    a.settle(failed);
    expect(woken).toEqual(["shop/web#b"]);
    expect(told(ask("b"))).toBe("go");
  });

  it("takes back what a run that has come to nothing was given", () => {
    const a = ask("a");
    ask("b").settle(queued);
    a.leave();
    a.settle(delivered);
    expect(told(ask("b"))).toBe("WaitingForRollout");
    expect(woken).toEqual([]);
  });

  it("wakes all that wait when a failure stops it, so that they say so", () => {
    const rollout = { stopOnFailure: true };
    const a = ask("a", { rollout });
    for (const name of ["b", "c"]) ask(name, { rollout }).settle(queued);
    a.settle(failed);
    expect(woken).toEqual(["shop/web#b", "shop/web#c"]);
    expect(told(ask("b", { rollout }))).toBe("RolloutStopped");
  });

  it("wakes one that was refused before the failure and says so only after it", () => {
    const rollout = { stopOnFailure: true };
    const a = ask("a", { rollout });
    const b = ask("b", { rollout });
    a.settle(failed);
    expect(woken).toEqual([]);
    b.settle(queued);
    expect(woken).toEqual(["shop/web#b"]);
  });

  it("stays stopped when the one that failed is well again, which may go on", () => {
    const rollout = { stopOnFailure: true };
    ask("a", { rollout }).settle(failed);
    const again = ask("a", { rollout, record: failed });
    expect(told(again)).toBe("go");
    again.settle(delivered);
    expect(told(ask("b", { rollout }))).toBe("RolloutStopped");
    expect(told(ask("a", { rollout, revision: "2" }))).toBe("go");
  });

  it("begins with the first target when a newer bundle comes, once the slot of the older one is free", () => {
    ask("a").settle(delivered);
    const b = ask("b");
    const newer = ask("a", { revision: "2" });
    expect(told(newer)).toBe("WaitingForRollout");
    newer.settle(queued);
    b.settle(delivered);
    expect(woken).toEqual(["shop/web#a"]);
    expect(told(ask("b", { revision: "2" }))).toBe("WaitingForRollout");
    expect(told(ask("a", { revision: "2" }))).toBe("go");
  });

  it("is not stopped by what the older one comes to", () => {
    const rollout = { stopOnFailure: true };
    ask("a", { rollout }).settle(delivered);
    const b = ask("b", { rollout });
    ask("a", { rollout, revision: "2" }).settle(queued);
    b.settle(failed);
    expect(woken).toEqual(["shop/web#a"]);
    expect(told(ask("a", { rollout, revision: "2" }))).toBe("go");
  });

  it("counts what a process before it has begun as under way", () => {
    const a = ask("a", { records: { c: writing } });
    expect(told(a)).toBe("WaitingForRollout");
    a.settle(queued);
    ask("c").settle(delivered);
    expect(woken).toEqual(["shop/web#a"]);
  });

  it("forgets an object that is gone", () => {
    ask("a");
    rollouts.forget("shop/web");
    expect(told(ask("a"))).toBe("go");
  });
});
