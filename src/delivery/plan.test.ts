import { describe, expect, it } from "vitest";
import type { PolicySet } from "../crds/index.ts";
import type { Observation } from "../stores/contract.ts";
import type { Situation } from "./situation.ts";
import { plan } from "./plan.ts";
import type { DeliveryRecord } from "./record.ts";
import { facts, type Present, present, situation } from "./testing.ts";

const ours: DeliveryRecord = { phase: "Delivered", fingerprint: "key:new" };
const earlier: DeliveryRecord = { phase: "Delivered", fingerprint: "key:old" };
const never: DeliveryRecord = { phase: "Pending" };
const lost: DeliveryRecord = { phase: "Delivered", fingerprint: "lost:x" };
const attempt = {
  number: 1,
  fingerprint: "key:other",
  startedAt: "2026-01-31T23:59:00Z",
  deadline: "2026-02-01T00:00:30Z",
};
const absent: Observation = { state: "Absent" };
const blind: Observation = { state: "Absent", inconclusive: "nothing" };
const changed: Partial<Present> = { differs: [{ what: "data tls.crt" }], leaf: facts({ sha256: "bb" }) };
const foreign: Partial<Present> = { ...changed, holders: { ours: false, others: [], foreign: true } };
const stranger = facts({ subject: "CN=x", altNames: [], publicKeySha256: "k2", sha256: "cc" });
const suspended = { message: "spec.suspend is true.", jobs: "Withdraw" } as const;

function remote(sha256: string): NonNullable<DeliveryRecord["remote"]> {
  return { id: "uid", sha256, observedAt: "2026-01-15T00:00:00.000Z" };
}

function held(...marks: string[]): Partial<Present> {
  return { ...changed, holders: { ours: false, others: marks, foreign: false } };
}

function policies(more: Partial<PolicySet>): Partial<Situation> {
  return { policies: { ...situation().policies, ...more } };
}

function answer(observation: Observation, record: DeliveryRecord, more: Partial<Situation> = {}): string {
  const verdict = plan({ ...situation(more), observation, record });
  if (verdict.action === "NoChange") return "NoChange";
  return verdict.action === "Refuse" ? `${verdict.phase} ${verdict.reason}` : `${verdict.action} ${verdict.reason}`;
}

const report = policies({ driftPolicy: "Report" });

describe("the plan", () => {
  it.each<[string, Observation, DeliveryRecord, Partial<Situation>, string]>([
    ["nothing there", absent, never, {}, "Create NotThere"],
    ["all as it should be", present(), ours, {}, "NoChange"],
    ["all as it should be, receipt lost", present(), earlier, {}, "NoChange"],
    ["all that can be seen as it should be", present({ partial: true }), ours, {}, "NoChange"],
    ["something changed that cannot be seen", present({ partial: true }), earlier, {}, "Update Changed"],
    ["fingerprint under a lost key", present({ partial: true }), { ...earlier, fingerprint: "lost:x" }, {}, "NoChange"],
    ["a look that cannot tell, after our last write of this", blind, ours, {}, "NoChange"],
    ["a look that cannot tell, after a write of something else", blind, earlier, {}, "Create NotThere"],
    ["a look that cannot tell, never written", blind, never, {}, "Create NotThere"],
    ["a look that cannot tell, lost key, the same leaf", blind, { ...lost, remote: remote("aa") }, {}, "NoChange"],
    [
      "a look that cannot tell, lost key, another leaf",
      blind,
      { ...lost, remote: remote("bb") },
      {},
      "Create NotThere",
    ],
    ["the source changed", present(changed), earlier, {}, "Update Changed"],
    ["never written, our mark there", present(changed), never, {}, "Update FirstDelivery"],
    ["someone changed the place", present(changed), ours, {}, "Update Drift"],
    ["someone removed it", absent, ours, {}, "Create Drift"],
    ["someone changed it, Report", present(changed), ours, report, "Drifted Drifted"],
    ["someone removed it, Report", absent, ours, report, "Drifted Drifted"],
    [
      "another write than the last is without receipt: no drift",
      present(changed),
      { ...ours, attempt },
      report,
      "Update Changed",
    ],
    ["the source changed, Report", present(changed), earlier, report, "Update Changed"],
    ["suspended", absent, never, { suspended }, "Suspended Suspended"],
    ["suspended before anything else", present(held("you/X/n/n")), never, { suspended }, "Suspended Suspended"],
    ["another operator's", present(held("you/StoreDeployment/shop/b")), never, {}, "Blocked OwnedElsewhere"],
    [
      "another operator's, Always",
      present(held("you/X/s/b")),
      never,
      policies({ adoptionPolicy: "Always" }),
      "Update FirstDelivery",
    ],
    ["another resource's", present(held("me/StoreDeployment/shop/b")), never, {}, "Blocked PlaceTaken"],
    [
      "another resource's, Always",
      present(held("me/X/s/b")),
      never,
      policies({ adoptionPolicy: "Always" }),
      "Blocked PlaceTaken",
    ],
    [
      "marked by one that is gone",
      present(held("me/X/shop/b")),
      never,
      { claim: { mark: "me/X/s/w", alive: () => false } },
      "Update FirstDelivery",
    ],
    [
      "free, but an elder wants it",
      absent,
      never,
      { claim: { mark: "me/X/s/w", elder: "X/s/a", alive: () => true } },
      "Blocked PlaceTaken",
    ],
    [
      "ours, and an elder wants it",
      present(),
      ours,
      { claim: { mark: "me/X/s/w", elder: "X/s/a", alive: () => true } },
      "NoChange",
    ],
    ["foreign, same names", present(foreign), never, {}, "Update Adoption"],
    [
      "foreign, same key",
      present({ ...foreign, leaf: facts({ ...stranger, publicKeySha256: "k1" }) }),
      never,
      {},
      "Update Adoption",
    ],
    ["foreign, another certificate", present({ ...foreign, leaf: stranger }), never, {}, "Blocked NotAdopted"],
    [
      "foreign, same names, Never",
      present(foreign),
      never,
      policies({ adoptionPolicy: "Never" }),
      "Blocked NotAdopted",
    ],
    [
      "foreign, another, Always",
      present({ ...foreign, leaf: stranger }),
      never,
      policies({ adoptionPolicy: "Always" }),
      "Update Adoption",
    ],
    [
      "another type",
      present({ ...changed, obstacle: { reason: "TypeDiffers", message: "" } }),
      never,
      {},
      "Blocked TypeDiffers",
    ],
    [
      "another type, though all else is as it should be",
      present({ obstacle: { reason: "TypeDiffers", message: "" } }),
      ours,
      {},
      "Blocked TypeDiffers",
    ],
    [
      "another's before another type",
      present({ ...held("me/X/s/b"), obstacle: { reason: "TypeDiffers", message: "" } }),
      never,
      {},
      "Blocked PlaceTaken",
    ],
    [
      "unreadable, ours",
      { state: "Unreadable", remote: { id: "u" }, holders: { ours: true, others: [], foreign: false }, why: "no PEM" },
      earlier,
      {},
      "Update Changed",
    ],
  ])("%s", (_, observation, record, more, expected) => {
    expect(answer(observation, record, more)).toBe(expected);
  });

  it.each([
    ["issued and expiring later in place", "2026-02-01", "2026-05-01", "Blocked DowngradeRefused"],
    [
      "issued later but expiring earlier in place: a move to shorter lifetimes",
      "2026-02-01",
      "2026-03-01",
      "Update Changed",
    ],
    ["issued earlier in place", "2025-12-01", "2026-05-01", "Update Changed"],
  ])("%s", (_, notBefore, notAfter, expected) => {
    const leaf = facts({ sha256: "bb", notBefore: new Date(notBefore), notAfter: new Date(notAfter) });
    expect(answer(present({ ...changed, leaf }), earlier)).toBe(expected);
  });

  it("lets a downgrade through where it is allowed, and refuses it under Repair and Report, too", () => {
    const leaf = facts({ sha256: "bb", notBefore: new Date("2026-02-01"), notAfter: new Date("2026-05-01") });
    expect(answer(present({ ...changed, leaf }), earlier, policies({ downgradePolicy: "Allow" }))).toBe(
      "Update Changed",
    );
    expect(answer(present({ ...changed, leaf }), ours)).toBe("Blocked DowngradeRefused");
    expect(answer(present({ ...changed, leaf }), ours, policies({ driftPolicy: "Report" }))).toBe(
      "Blocked DowngradeRefused",
    );
  });

  it("names a holder only inside its own namespace", () => {
    const near = plan({ ...situation(), observation: present(held("me/StoreDeployment/shop/b/t")), record: never });
    const far = plan({ ...situation(), observation: present(held("me/StoreDeployment/secret/b/t")), record: never });
    expect(near).toMatchObject({ message: expect.stringContaining("StoreDeployment b holds this place") });
    expect(far).toMatchObject({ message: expect.stringContaining("A resource in another namespace holds this place") });
    expect(JSON.stringify(far)).not.toContain("secret");
  });

  it("tells of drift what was changed, up to five parts, or that it is gone", () => {
    const report = situation(policies({ driftPolicy: "Report" }));
    const differs = ["a", "b", "c", "d", "e", "f"].map((what) => ({ what }));
    expect(plan({ ...report, observation: present({ ...changed, differs }), record: ours })).toMatchObject({
      message:
        "The place was changed by someone else (a, b, c, d, e), and driftPolicy is Report. Set it to Repair to have it written again.",
    });
    expect(plan({ ...report, observation: absent, record: ours })).toMatchObject({
      message: expect.stringContaining("(it is gone)"),
    });
  });

  it("tells of a downgrade both dates of the certificate in place", () => {
    const leaf = facts({ sha256: "bb", notBefore: new Date("2026-02-01"), notAfter: new Date("2026-05-01") });
    expect(plan({ ...situation(), observation: present({ ...changed, leaf }), record: earlier })).toMatchObject({
      message:
        "The certificate in place was issued later (2026-02-01T00:00:00Z) and expires later (2026-05-01T00:00:00Z) than the source's. Renew the source, or set downgradePolicy: Allow.",
    });
  });

  it("holds back what fits the CRD: 32 changes of 256 characters", () => {
    const differs = Array.from({ length: 40 }, () => ({ what: "x".repeat(300) }));
    const verdict = plan({ ...situation({ suspended }), observation: present({ differs }), record: earlier });
    expect(verdict).toMatchObject({ plan: { changes: Array.from({ length: 32 }, () => "x".repeat(256)) } });
  });

  it.each<[string, Observation, DeliveryRecord, Partial<Situation>, object]>([
    ["an update", present(changed), earlier, {}, { action: "Update", reason: "Changed", changes: ["data tls.crt"] }],
    [
      "nothing that would be refused for who holds the place",
      present(held("you/X/n/n")),
      never,
      {},
      { action: "NoChange", reason: "OwnedElsewhere" },
    ],
    [
      "nothing that would be refused for what lies there",
      present({ ...foreign, leaf: stranger }),
      never,
      {},
      { action: "NoChange", reason: "NotAdopted" },
    ],
    [
      "nothing that would be refused as drift",
      present(changed),
      ours,
      report,
      { action: "NoChange", reason: "Drifted" },
    ],
  ])("of what is suspended tells %s", (_, observation, record, more, expected) => {
    const verdict = plan({ ...situation({ suspended, ...more }), observation, record });
    expect(verdict).toMatchObject({ reason: "Suspended", plan: expected });
  });

  it("of what is suspended tells nothing where nothing would be done, by all that is known", () => {
    const told = (observation: Observation, record: DeliveryRecord) =>
      plan({ ...situation({ suspended }), observation, record });
    expect(told(present(), ours)).not.toHaveProperty("plan");
    expect(told(blind, ours)).not.toHaveProperty("plan");
    expect(told(present({ partial: true }), earlier)).toMatchObject({ plan: { action: "Update", reason: "Changed" } });
  });
});
