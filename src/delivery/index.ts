/** The engine: what is done next for one place, decided by pure functions, and the one loop that does it. */
export { compareFingerprints, fingerprint, type FingerprintKey, fingerprintKey } from "./fingerprint.ts";
export { afterFailure } from "./next.ts";
export { type Claim, holderOf } from "./owner.ts";
export {
  cut,
  type DeliveryRecord,
  isRemovals,
  maySettle,
  movedTo,
  openedNow,
  pending,
  removalInputs,
  requested,
} from "./record.ts";
export { type RolloutState, type Standing, standingOf, type Turn, turnOf } from "./rollout.ts";
export { timingOf } from "./schedule.ts";
export type { Base, Situation } from "./situation.ts";
export { untilNextQuestion } from "./job.ts";
export { backOff } from "./backoff.ts";
export { deliver, type Effects, type Outcome, type Told } from "./run.ts";
