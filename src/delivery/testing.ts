import type { CertificateFacts } from "../formats/index.ts";
import type { Observation } from "../stores/contract.ts";
import type { Situation } from "./situation.ts";

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
