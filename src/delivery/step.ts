import type { Followed, Observation, OpenJob, PutResult } from "../stores/contract.ts";
import type { StoreError } from "../stores/errors.ts";
import type { DeliveryRecord } from "./record.ts";

/** What this run has learned so far. A new run starts with nothing. */
export interface Seen {
  readonly observation?: Observation;
  /** Number of the attempt whose opening this run saved. */
  readonly won?: number;
  readonly put?: PutResult;
  readonly followed?: Followed;
  /** Whether the job could be taken back. */
  readonly withdrawn?: boolean;
  readonly failure?: { readonly during: "observe" | "put" | "follow" | "withdraw"; readonly error: StoreError };
  /** How often the place had changed between look and write. */
  readonly changes?: number;
}

/**
 * One action. `record` is what is to be saved before the next question: by `SaveAttempt` as the opening of a write, by
 * `Done` and `Wait` as the end of the run. `urgent` says why the write does not wait for its time.
 */
export type Step =
  | { readonly do: "Observe"; readonly unsure?: { readonly since: Date } }
  | { readonly do: "SaveAttempt"; readonly record: DeliveryRecord; readonly urgent?: string | undefined }
  | { readonly do: "Put"; readonly observed: Observation; readonly urgent?: string | undefined }
  | { readonly do: "Follow"; readonly job: OpenJob }
  | { readonly do: "Withdraw"; readonly job: OpenJob }
  | { readonly do: "Wait"; readonly record: DeliveryRecord; readonly until: Date | undefined }
  | { readonly do: "Done"; readonly record: DeliveryRecord };
