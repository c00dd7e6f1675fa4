import type { Store } from "../../src/stores/contract.ts";
import type { Issued } from "../fixtures/pki.ts";

/** What can befall an operation on a back end. */
export type Fault =
  /** The login is refused. */
  | "CredentialsRefused"
  /** The login is good, and the right to write is missing. */
  | "RightMissing"
  /** It is asked to come again later: 429 with Retry-After. */
  | "Throttled"
  /** It is answered with 5xx, and nothing was done. */
  | "ServerError"
  /** The write does not reach the back end. */
  | "NeverArrived"
  /** The write happens, and nobody hears of it. */
  | "AnswerLost"
  /** No answer comes. */
  | "Silence";

/** How a fault is brought about with a provider, or why it cannot befall it. */
export type Applies = { readonly by: string } | { readonly not: string };

/** One provider in the suite: all that a new one has to bring along. */
export interface FixtureKind {
  readonly provider: string;
  readonly faults: Readonly<Record<Fault, Applies>>;
  /** Rows that do not apply for another reason, by their names. */
  readonly inapplicable?: Readonly<Record<string, string>>;
  /** Each row needs a back end of its own: there a spot is more than a name that the row has for itself. */
  readonly fresh?: true;
  /** Whether this machine lets it be made; absent means so. Its tests are skipped otherwise. */
  readonly possible?: boolean;
  create(): Promise<Fixture>;
}

/** A real back end, and what somebody else does to it. A spot is a name that only one row uses. */
export interface Fixture {
  /** A new store, as that of an operator that has been started anew. */
  open(): Promise<Store>;
  /** The block of a target that holds the leaf's certificate as PEM, and nothing else, at a spot. */
  block(spot: string): unknown;
  /** What lies at a spot, as somebody else reads it; undefined where nothing does. */
  read(spot: string): Promise<string | undefined>;
  /** Somebody else puts something there. */
  plant(spot: string, text: string): Promise<void>;
  /** Somebody else takes away what lies there. */
  clear(spot: string): Promise<void>;
  /**
   * Does the work while a fault that applies is in force.
   * @param write what the work writes, for a provider that can lose an answer only by doing the write in another process
   */
  suffer(fault: Fault, work: () => Promise<void>, write: Write): Promise<void>;
  close(): Promise<void>;
}

/** A write of a leaf at a spot. */
export interface Write {
  readonly spot: string;
  readonly leaf: Issued;
}
