import { describe, expect, it } from "vitest";
import type { DeliveryRecord } from "../../crds/index.ts";
import { readiness } from "./readiness.ts";

const now = new Date("2026-06-01T00:00:00Z");
const placed = {
  deliveredAt: "2026-05-01T00:00:00Z",
  remote: { id: "x", notAfter: "2026-07-01T00:00:00Z", observedAt: "2026-05-01T00:00:00Z" },
} satisfies Partial<DeliveryRecord>;
const gone = { ...placed, remote: { ...placed.remote, notAfter: "2026-05-31T23:59:59Z" } };

const job = { ids: ["7"], state: "", submittedAt: "2026-05-31T23:00:00Z", fingerprint: "k:1" };

const all = {
  delivered: { phase: "Delivered", reason: "Delivered", ...placed },
  expired: { phase: "Delivered", reason: "Delivered", ...gone },
  expiredRetrying: { phase: "Failed", reason: "ClusterUnavailable", ...gone },
  retryingFirst: { phase: "Failed", reason: "ClusterUnavailable", message: "No answer." },
  retryingUpdate: { phase: "Failed", reason: "ClusterUnavailable", message: "No answer.", ...placed },
  waitingFirst: { phase: "Waiting", reason: "SecretMissing", message: "Create it." },
  writing: { phase: "InProgress", reason: "Changed", ...placed },
  followedFirst: { phase: "InProgress", reason: "JobNotPickedUp", message: "Look after agent web01.", job },
  followedUpdate: { phase: "InProgress", reason: "JobRunning", message: "It runs.", job, ...placed },
  blockedFirst: { phase: "Blocked", reason: "NotAdopted", message: "Choose another." },
  blockedUpdate: { phase: "Blocked", reason: "DowngradeRefused", message: "Renew it.", ...placed },
  drifted: { phase: "Drifted", reason: "Drifted", message: "Someone changed it.", ...placed },
  scheduledFirst: { phase: "Waiting", reason: "WaitingForWindow", message: "Opens at 02:00." },
  scheduledUpdate: { phase: "Waiting", reason: "WaitingForWindow", message: "Opens at 02:00.", ...placed },
  stopped: { phase: "Waiting", reason: "RolloutStopped", message: "Another target failed.", ...placed },
  unshown: { phase: "Delivered", reason: "Delivered", deliveredAt: placed.deliveredAt },
  suspendedFirst: { phase: "Suspended", reason: "Suspended", plan: { action: "Create", reason: "NotThere" } },
  suspendedHeld: { phase: "Suspended", reason: "Suspended", ...placed },
  suspendedOld: { phase: "Suspended", reason: "Suspended", plan: { action: "Update", reason: "Changed" }, ...placed },
} satisfies Record<string, DeliveryRecord>;

type Name = keyof typeof all | "unseen";

function look(names: readonly Name[], suspended = false): ReturnType<typeof readiness> {
  const targets = names.map((_, index) => `t${index}`);
  const known = names.flatMap((name, index) => (name === "unseen" ? [] : [[`t${index}`, all[name]] as const]));
  return readiness(targets, { records: new Map<string, DeliveryRecord>(known) }, suspended, now);
}

describe("the conditions", () => {
  // names of the places; Ready with its reason ("kept" where it stays as it was); Reconciling; Stalled; Delivered
  it.each<[Name[], string, string, string, string]>([
    [["delivered"], "True Delivered", "False", "False", "True"],
    [["delivered", "delivered"], "True Delivered", "False", "False", "True"],
    [["expired"], "False Expired", "False", "True", "True"],
    [["expired", "delivered"], "False Expired", "False", "True", "True"],
    [["expiredRetrying"], "False Expired", "True", "False", "False"],
    [["expired", "retryingUpdate"], "False Expired", "True", "False", "False"],
    [["unseen"], "False Pending", "True", "False", "False"],
    [["delivered", "unseen"], "False Pending", "True", "False", "False"],
    [["retryingFirst"], "False ClusterUnavailable", "True", "False", "False"],
    [["delivered", "waitingFirst"], "False SecretMissing", "True", "False", "False"],
    [["blockedFirst", "waitingFirst"], "False SecretMissing", "True", "False", "False"],
    [["blockedFirst"], "False NotAdopted", "False", "True", "False"],
    [["blockedUpdate"], "False DowngradeRefused", "False", "True", "False"],
    [["drifted", "delivered"], "False Drifted", "False", "True", "False"],
    [["blockedUpdate", "retryingUpdate"], "False DowngradeRefused", "True", "False", "False"],
    [["retryingUpdate"], "True Updating", "True", "False", "False"],
    [["writing", "delivered"], "True Updating", "True", "False", "False"],
    [["followedFirst", "delivered"], "False JobNotPickedUp", "True", "False", "False"],
    [["followedUpdate"], "True Updating", "True", "False", "False"],
    [["blockedFirst", "followedUpdate"], "False NotAdopted", "True", "False", "False"],
    [["scheduledFirst"], "False WaitingForWindow", "True", "False", "False"],
    [["scheduledUpdate", "delivered"], "True UpdateScheduled", "False", "False", "False"],
    [["scheduledUpdate", "retryingUpdate"], "True Updating", "True", "False", "False"],
    [["scheduledUpdate", "blockedUpdate"], "False DowngradeRefused", "True", "False", "False"],
    [["stopped", "delivered"], "False RolloutStopped", "False", "True", "False"],
    [["stopped", "retryingUpdate"], "False RolloutStopped", "True", "False", "False"],
    [["stopped", "retryingFirst"], "False ClusterUnavailable", "True", "False", "False"],
    [["stopped", "blockedUpdate"], "False DowngradeRefused", "False", "True", "False"],
    [["unshown"], "True Delivered", "False", "False", "True"],
    [["suspendedOld", "delivered"], "True Suspended", "False", "False", "False"],
    [["suspendedFirst"], "False Suspended", "False", "False", "False"],
    [["suspendedHeld"], "True Delivered", "False", "False", "True"],
    [["suspendedOld"], "kept", "False", "False", "False"],
    [["suspendedFirst", "delivered"], "False Suspended", "False", "False", "False"],
    [["suspendedHeld", "delivered"], "True Delivered", "False", "False", "True"],
  ])("of %j: Ready %s, Reconciling %s, Stalled %s, Delivered %s", (names, ready, reconciling, stalled, delivered) => {
    const found = look(names);
    const told = found.ready === undefined ? "kept" : `${found.ready.status} ${found.ready.reason}`;
    expect([told, found.reconciling.status, found.stalled.status, found.delivered.status]).toEqual([
      ready,
      reconciling,
      stalled,
      delivered,
    ]);
  });

  it("of a suspended resource stay as they were, and tell no work", () => {
    const found = look(["retryingUpdate", "delivered"], true);
    expect([found.ready, found.reconciling.status, found.stalled.status]).toEqual([undefined, "False", "False"]);
    expect(look(["retryingFirst"], true).ready?.reason).toBe("Suspended");
  });

  it("of an expired certificate that is suspended are stalled: nobody works on it", () => {
    const found = look(["expiredRetrying"], true);
    expect([found.ready?.reason, found.reconciling.status, found.stalled.status]).toEqual(["Expired", "False", "True"]);
  });

  it("count the places that hold the newest certificate, in words", () => {
    const found = look(["delivered", "retryingUpdate", "waitingFirst"]);
    expect(found.summary).toBe("1/3 delivered");
    expect(found.ready?.message).toBe("1/3 delivered. Create it.");
  });

  it("count the jobs that are followed, in words", () => {
    expect(look(["delivered", "followedUpdate"]).summary).toBe("1/2 delivered, 1 job is being followed");
    const found = look(["delivered", "followedFirst", "followedUpdate"]);
    expect(found.summary).toBe("1/3 delivered, 2 jobs are being followed");
    expect(found.ready?.message).toBe("1/3 delivered, 2 jobs are being followed. Look after agent web01.");
  });

  it("say when an update comes that waits only for its time", () => {
    expect(look(["delivered", "scheduledUpdate"]).ready?.message).toBe(
      "1/2 delivered; the others hold an earlier certificate that is valid. Opens at 02:00.",
    );
  });
});
