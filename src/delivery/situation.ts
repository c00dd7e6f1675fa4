import type { DeliveryRecord, PolicySet, Reason, Schedule } from "../crds/index.ts";
import type { CertificateFacts } from "../formats/index.ts";
import type { Claim } from "./owner.ts";
import type { Turn } from "./rollout.ts";

/** Where a delivery goes, as the record keeps it. */
type RecordPlace = NonNullable<DeliveryRecord["place"]>;
/** What is held back. */
export type Plan = NonNullable<DeliveryRecord["plan"]>;

/** What is known of a run whatever it comes to, even where source or store cannot be had. */
export interface Base {
  /** Digest of everything that failures are counted under: a change clears them. */
  readonly inputs: string;
  /** In [0, 1), for the jitter of back-off. */
  readonly random: number;
  /** What lies in the place, and rights there, are looked at again after this, in milliseconds. */
  readonly lookAgainMs: number;
}

/** Nothing may be written. */
export interface Suspension {
  /** Who stopped it. */
  readonly message: string;
  /** Whether a job that nobody has begun is taken back, which is a write as well, or only followed. */
  readonly jobs: "Withdraw" | "Follow";
}

/** All that one run is about; fixed while it lasts. */
export interface Situation extends Base {
  readonly place: RecordPlace;
  /** Writing the same again does no harm (`Place.repeatable`). */
  readonly repeatable: boolean;
  readonly leaf: CertificateFacts;
  /** Fingerprint of what shall lie in the place (`fingerprint.ts`). */
  readonly fingerprint: string;
  readonly policies: PolicySet;
  readonly claim: Claim;
  readonly suspended?: Suspension | undefined;
  /** When a write may begin; at any time when absent. */
  readonly schedule?: Schedule | undefined;
  /** Whether it is this target's turn in the rollout; absent where all go at once. */
  readonly turn?: Turn | undefined;
  /** The store's timeout: how long a write without an answer may still be under way there, in milliseconds. */
  readonly timeoutMs: number;
}

/** What is to be done with a place that has been looked at. */
export type Verdict =
  | { readonly action: "NoChange" }
  | {
      readonly action: "Refuse";
      readonly phase: "Suspended" | "Blocked" | "Drifted" | "Waiting";
      readonly reason: Reason;
      readonly message: string;
      /** What would be done otherwise; absent when nothing would. */
      readonly plan?: Plan;
      /** When it is decided anew; absent when something else will tell. */
      readonly until?: Date | undefined;
      /** The rollout that was stopped by a failure: it stays so until another one begins. */
      readonly stopped?: string | undefined;
    }
  | {
      readonly action: "Create" | "Update";
      readonly reason: Reason;
      readonly changes: readonly string[];
      /** Why this does not wait for its time. */
      readonly urgent?: string;
    };
