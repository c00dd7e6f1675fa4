import type { CertificateFacts } from "../formats/index.ts";
import type { Followed, Observation } from "../stores/contract.ts";
import type { DeliveryRecord } from "./record.ts";
import type { Situation } from "./situation.ts";
import type { Step } from "./step.ts";

/** A certificate for tests: what is not said is the same for all. */
export function facts(more: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: "CN=shop.example.com",
    issuer: "CN=CA",
    serialNumber: "01",
    sha1: "",
    sha256: "aa",
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("2026-04-01T00:00:00Z"),
    dnsNames: ["shop.example.com"],
    altNames: ["DNS:shop.example.com"],
    keyAlgorithm: "EC P-256",
    publicKeySha256: "k1",
    isCa: false,
    selfIssued: false,
    ...more,
  };
}

export type Present = Extract<Observation, { state: "Present" }>;

/** A place that is as we would write it, marked as ours. */
export function present(more: Partial<Present> = {}): Present {
  return {
    state: "Present",
    remote: { id: "uid", version: "7" },
    version: "7",
    holders: { ours: true, others: [], foreign: false },
    leaf: facts(),
    differs: [],
    ...more,
  };
}

/** A delivery by defaults: nothing suspended, nobody else wants the place. */
export function situation(more: Partial<Situation> = {}): Situation {
  return {
    place: { storeRef: { name: "apps" }, address: "kubernetes:u/web/tls", key: "k", deletionPolicy: "Retain" },
    repeatable: true,
    leaf: facts(),
    fingerprint: "key:new",
    inputs: "inputs-1",
    policies: {
      adoptionPolicy: "IfMatching",
      deletionPolicy: "Retain",
      driftPolicy: "Repair",
      downgradePolicy: "Refuse",
    },
    claim: { mark: "me/StoreDeployment/shop/web/t", alive: () => true },
    timeoutMs: 60_000,
    random: 0.5,
    lookAgainMs: 600_000,
    ...more,
  };
}

/** A job on record, of what `situation()` wants; submitted ten seconds before 2026-02-01. */
export const job = { ids: ["j1"], state: "new", submittedAt: "2026-01-31T23:59:50Z", fingerprint: "key:new" };

/** A write of what `situation()` wants, whose deadline is past on 2026-02-01. */
export const attempt = {
  number: 3,
  fingerprint: "key:new",
  startedAt: "2026-01-31T23:58:00Z",
  deadline: "2026-01-31T23:59:30Z",
};

/** What lay there before a write, or its job, that replaces it. */
export const submittedOver: DeliveryRecord = {
  phase: "InProgress",
  reason: "JobSubmitted",
  place: situation().place,
  remote: { id: "r", sha256: "dd", observedAt: "2026-01-15T00:00:00Z" },
  fingerprint: "key:old",
  deliveredAt: "2026-01-15T00:00:00.000Z",
};

type Open = Extract<Followed, { outcome: "Open" }>;

/** How the job stands, in the provider's words. */
export const running: Open = { outcome: "Open", job, reason: "JobRunning", message: "Agent a1 is at it." };
export const idle: Open = { ...running, idleSince: new Date("2026-01-31T23:59:50Z") };
export const ended: Followed = { outcome: "Ended", seen: present() };

/** What a step saves. */
export function recordOf(step: Step): DeliveryRecord {
  if (!("record" in step)) throw new Error(`${step.do} saves nothing`);
  return step.record;
}
