import { timestamp } from "../crds/index.ts";
import type { CertificateFacts } from "../formats/index.ts";
import type { Observation } from "../stores/contract.ts";
import { compareFingerprints } from "./fingerprint.ts";
import { ownerOf, type Ownership } from "./owner.ts";
import type { DeliveryRecord } from "./record.ts";
import type { Timing } from "./schedule.ts";
import type { Plan, Situation, Verdict } from "./situation.ts";

/** All that a plan is made from. */
export interface Facts extends Situation {
  /** Its fingerprint is that of the last write that is known of; an attempt is one that may have come after it. */
  readonly record: DeliveryRecord;
  readonly observation: Observation;
  /** What the schedule says now; absent where it does not hold anything back. */
  readonly timing?: Timing | undefined;
}

type Change = Extract<Verdict, { action: "Create" | "Update" }>;
const openNow = "The annotation certferry.io/deliver-now, set to a new value, opens at once.";

type Rule = (facts: Facts, ownership: Ownership) => Verdict | undefined;

/** What decides on a place whether or not anything may be written now. */
const lasting: readonly Rule[] = [held, obstructed, unchanged, downgrade, drift];
/** In this order; the first that answers decides. */
const rules: readonly Rule[] = [suspended, ...lasting, untimely, outOfTurn];

/** The plan for one place. Pure: the clock is not asked, the policies and the record are values. */
export function plan(facts: Facts): Verdict {
  const claim = { ...facts.claim, held: facts.record.fingerprint !== undefined };
  const ownership = ownerOf(facts.observation, claim, facts.leaf, facts.policies.adoptionPolicy);
  for (const rule of rules) {
    const verdict = rule(facts, ownership);
    if (verdict !== undefined) return verdict;
  }
  const { timing } = facts;
  const urgent = timing?.go === true ? timing.urgent : undefined;
  return { ...change(facts, ownership), ...(urgent === undefined ? {} : { urgent }) };
}

/** Tells what would be done without it, also when that is to refuse. */
function suspended(facts: Facts, ownership: Ownership): Verdict | undefined {
  if (facts.suspended === undefined) return undefined;
  const { message } = facts.suspended;
  const refusal = { action: "Refuse", phase: "Suspended", reason: "Suspended", message } as const;
  for (const rule of lasting) {
    const verdict = rule(facts, ownership);
    if (verdict?.action === "NoChange") return refusal;
    if (verdict !== undefined) return { ...refusal, plan: { action: "NoChange", reason: verdict.reason } };
  }
  return { ...refusal, plan: planned(change(facts, ownership)) };
}

function held(facts: Facts, ownership: Ownership): Verdict | undefined {
  if (ownership.owner !== "Other") return undefined;
  const { reason, message } = ownership;
  return { action: "Refuse", phase: "Blocked", reason, message, plan: planned(change(facts, ownership)) };
}

function obstructed(facts: Facts, ownership: Ownership): Verdict | undefined {
  const { obstacle } = facts.observation;
  if (obstacle === undefined) return undefined;
  return { action: "Refuse", phase: "Blocked", ...obstacle, plan: planned(change(facts, ownership)) };
}

/** Where a look does not tell, or the provider cannot see everything, the fingerprint tells of the rest. */
function unchanged(facts: Facts): Verdict | undefined {
  const { observation, record, fingerprint, leaf } = facts;
  const compared = compareFingerprints(record.fingerprint, fingerprint);
  if (same(facts)) {
    const partial = observation.state === "Present" && observation.partial === true;
    return partial && compared === "Different" ? undefined : { action: "NoChange" };
  }
  if (observation.inconclusive === undefined) return undefined;
  const lostKey = record.fingerprint !== undefined && compared === "Unknown";
  return compared === "Same" || (lostKey && record.remote?.sha256 === leaf.sha256) ? { action: "NoChange" } : undefined;
}

function downgrade(facts: Facts, ownership: Ownership): Verdict | undefined {
  const { observation, leaf, policies } = facts;
  const placed = observation.state === "Present" ? observation.leaf : undefined;
  if (policies.downgradePolicy === "Allow" || placed === undefined || !older(leaf, placed)) return undefined;
  const message = `The certificate in place was issued later (${timestamp(placed.notBefore)}) and expires later (${timestamp(placed.notAfter)}) than the source's. Renew the source, or set downgradePolicy: Allow.`;
  const planOf = planned(change(facts, ownership));
  return { action: "Refuse", phase: "Blocked", reason: "DowngradeRefused", message, plan: planOf };
}

function older(leaf: CertificateFacts, placed: CertificateFacts): boolean {
  return leaf.notBefore < placed.notBefore && leaf.notAfter < placed.notAfter;
}

function drift(facts: Facts, ownership: Ownership): Verdict | undefined {
  if (!drifted(facts) || facts.policies.driftPolicy === "Repair") return undefined;
  const intended = change(facts, ownership);
  const what = intended.changes.slice(0, 5).join(", ") || "it is gone";
  const message = `The place was changed by someone else (${what}), and driftPolicy is Report. Set it to Repair to have it written again.`;
  return { action: "Refuse", phase: "Drifted", reason: "Drifted", message, plan: planned(intended) };
}

function untimely(facts: Facts, ownership: Ownership): Verdict | undefined {
  const { timing } = facts;
  if (timing === undefined || timing.go) return undefined;
  const { phase, reason, until } = timing;
  const message = phase === "Waiting" ? `${timing.message} ${openNow}` : timing.message;
  return { action: "Refuse", phase, reason, message, until, plan: planned(change(facts, ownership)) };
}

function outOfTurn(facts: Facts, ownership: Ownership): Verdict | undefined {
  const { turn } = facts;
  if (turn === undefined || turn.go) return undefined;
  const { reason, message, stopped } = turn;
  return { action: "Refuse", phase: "Waiting", reason, message, stopped, plan: planned(change(facts, ownership)) };
}

/** We wrote exactly what we would write now, and nothing else since, and it is not there any more. */
function drifted(facts: Facts): boolean {
  const { record, fingerprint } = facts;
  return (
    record.attempt === undefined && compareFingerprints(record.fingerprint, fingerprint) === "Same" && !same(facts)
  );
}

function same({ observation }: Facts): boolean {
  return observation.state === "Present" && observation.differs.length === 0;
}

function change(facts: Facts, ownership: Ownership): Change {
  const { observation, record } = facts;
  const lost = drifted(facts) ? "Drift" : undefined;
  if (observation.state === "Absent") return { action: "Create", reason: lost ?? "NotThere", changes: [] };
  const changes =
    observation.state === "Present" ? observation.differs.map(({ what }) => what) : [`unreadable: ${observation.why}`];
  if (ownership.owner === "Adopted") return { action: "Update", reason: "Adoption", changes };
  const first = record.fingerprint === undefined ? "FirstDelivery" : "Changed";
  return { action: "Update", reason: lost ?? first, changes };
}

function planned({ action, reason, changes }: Change): Plan {
  const shown = changes.slice(0, 32).map((text) => text.slice(0, 256));
  return { action, reason, ...(shown.length === 0 ? {} : { changes: shown }) };
}
