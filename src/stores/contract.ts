import type { PolicySet, Reason, SecretKeyRef, StoreReference } from "../crds/index.ts";
import type { Bundle, CertificateFacts } from "../formats/index.ts";

/** What a store can do, as shown in `status.capabilities`. */
export type Capability = "Import" | "Deploy" | "Download" | "Remove";

/** The answer of a health check. */
export interface StoreHealth {
  /** The back end's own version, when it tells one. */
  providerVersion?: string;
}

/** What one place shall hold. */
export interface Desired {
  readonly bundle: Bundle;
  /** Whether the chain goes along, and whether its root does. */
  readonly chain: { readonly include: boolean; readonly root: "Include" | "Exclude" };
  /** A download's file, which is written as it is. */
  readonly file?: Buffer;
  /** Our mark: `<owner-id>/<kind>/<namespace>/<name>` of the resource that delivers. */
  readonly mark: string;
}

/** Something in the place that is not as we would write it. Names only, never values. */
export interface Difference {
  /** What differs, in the provider's words: `data tls.crt`, `label app`, `mark`. */
  readonly what: string;
}

/** Whose hand is on what we want to write. */
export interface Holders {
  /** Our mark is there. */
  readonly ours: boolean;
  /** Marks of others on the same spots. */
  readonly others: readonly string[];
  /** Something without any mark lies on our spots. */
  readonly foreign: boolean;
}

/** Why the place cannot be written as it is, whoever owns it; what to do about it stands in the message. */
export interface Obstacle {
  readonly reason: Reason;
  readonly message: string;
}

/** The place's identity in its store after a look at it. */
export interface Remote {
  readonly id: string;
  readonly version?: string | undefined;
}

interface Looked {
  /** Makes a write conditional on what was seen here; absent where the store has no such thing. */
  readonly version?: string;
  readonly obstacle?: Obstacle;
  /**
   * Set when the look cannot tell whether an earlier write happened: what was looked at. Then the record of the last write
   * counts, and what the look shows is no drift.
   */
  readonly inconclusive?: string;
  /**
   * What a write without a receipt has left behind: it happened, and this job carries it out; or `None`, which proves that it
   * did not happen. Absent where the store does not tell.
   */
  readonly job?: Job | "None";
  /** What the user should know although all is well: how much the look could tell. */
  readonly note?: string;
  /** For the provider's block in status; see `Report`. */
  readonly report?: Report;
}

/** What a provider tells in its own block of the status (`status.keyfactorCommand`): fields of that block's schema. */
export type Report = Readonly<Record<string, unknown>>;

/** What a look at a place gives. */
export type Observation =
  | (Looked & { readonly state: "Absent" })
  | (Looked & {
      readonly state: "Present";
      readonly remote: Remote;
      readonly holders: Holders;
      /** The leaf that lies there; absent when what lies there is no certificate of a kind that the provider reads. */
      readonly leaf?: CertificateFacts;
      readonly differs: readonly Difference[];
      /**
       * Set when `differs` cannot tell everything that shapes the place: then a changed fingerprint counts, too, and every
       * write is opened, since its lost receipt might not be seen.
       */
      readonly partial?: true;
      /** `Place.key` of what we wrote here under another name, and want removed now that the new one is there. */
      readonly replaced?: string;
    })
  | (Looked & {
      readonly state: "Unreadable";
      readonly remote: Remote;
      readonly holders: Holders;
      /** Why it cannot be read, for the user. */
      readonly why: string;
    });

/** A job that the store does later on its own. */
export interface Job {
  /** Ids in the store: at most 8, of 64 characters each. */
  readonly ids: readonly string[];
  /** Where it stands, in the provider's words, and all that the provider must remember of it, in at most 256 characters. */
  readonly state: string;
}

/** A job on its way, as it is saved. */
export interface OpenJob extends Job {
  readonly submittedAt: Date;
}

/** What a write gives: done and read back; or something changed since the look, look again; or a job to follow. */
export type PutResult =
  | { readonly outcome: "Written"; readonly seen: Observation }
  | { readonly outcome: "Changed" }
  | {
      readonly outcome: "Submitted";
      readonly job: Job;
      readonly report?: Report;
      /** It was submitted in another way than asked for: told with a Warning event. */
      readonly warning?: { readonly reason: Reason; readonly message: string };
    };

/** How a job stands. */
export type Followed =
  /**
   * On its way: `reason` and `message` tell the user what is waited for, and who has to do it. Asked again soon, later the
   * longer it takes.
   */
  | {
      readonly outcome: "Open";
      readonly job: Job;
      readonly reason: Reason;
      readonly message: string;
      /**
       * From when on somebody could have begun it, while nobody is known to have: then it may be taken back, and after half
       * an hour `reason` is `JobNotPickedUp`. In the future for a job with a time of its own; absent once it is begun.
       */
      readonly idleSince?: Date;
      /** It brings what is wanted, but not in the way that is asked for now: to be taken back while nobody has begun it. */
      readonly outdated?: true;
    }
  /** It has ended, and this is what lies in the place now. */
  | { readonly outcome: "Ended"; readonly seen: Observation }
  /** It has ended, and the place does not hold what it should; tried anew with back-off. */
  | { readonly outcome: "Failed"; readonly reason: Reason; readonly message: string };

/** Which certificate of a store is asked for. */
export interface DownloadRequest {
  /** The block of this provider. */
  readonly block: unknown;
  /** Where the block names an import: what that has brought into the store. */
  readonly imported?: Remote | undefined;
}

/** A certificate out of a store, with its chain where the block asks for it, and without private key. */
export interface Download {
  /** The file as the store gives it, in any format that is read. */
  readonly content: Buffer;
  readonly fileName?: string | undefined;
}

/** How a removal went. */
export interface RemoveResult {
  /** What stays there and why, for a Warning event. */
  readonly left?: string;
  /**
   * Called again with this job until there is none: the store has accepted the removal and carries it out so, which is followed
   * for ten minutes; or it is, by its ids, the delivery's job that came with the call and is not to be taken back any more.
   */
  readonly job?: Job;
  /** Its job has ended without it: called again without that job, with back-off. */
  readonly failed?: { readonly reason: Reason; readonly message: string };
}

/** A certificate that a store holds already. */
export interface Held {
  /** As `Download.content`; without private key. */
  readonly content: Buffer;
  /** What the store calls it. */
  readonly remote: Remote;
}

/**
 * One spot in a store that holds one bundle. Its methods throw the errors of `errors.ts`; whatever else they throw counts as
 * transient.
 */
export interface Place {
  /** Canonical: the same spot has the same address whichever store resource leads to it. */
  readonly address: string;
  /** The parts of the address that this place takes: keys of a Secret. Two places collide when address and a spot agree. */
  readonly spots: readonly string[];
  /** What removal needs to find the place again without the spec. Holds no secrets. */
  readonly key: string;
  /**
   * Writing the same again does no harm: an attempt in doubt may be repeated. Where it is false, a write without a receipt is
   * only repeated when a look proves that it did not happen.
   */
  readonly repeatable: boolean;
  /** The store is told when to begin (`PlaceContext.runAt`), so that the schedule holds nothing back here. */
  readonly keepsTime?: true;
  /** Does what must be done once before the first write is noted; called before each is. */
  prepare?(signal: AbortSignal): Promise<void>;
  /** @param unsure when a write began that has no receipt; then a job that it left is looked for as well */
  observe(desired: Desired, signal: AbortSignal, unsure?: { readonly since: Date }): Promise<Observation>;
  put(desired: Desired, observed: Observation, signal: AbortSignal): Promise<PutResult>;
  /** Looks at a job that `put` has submitted; there, as `withdraw`, where `put` submits any. */
  follow?(job: OpenJob, desired: Desired, signal: AbortSignal): Promise<Followed>;
  /** Takes back a job that nobody has begun; false where it is too late for that. Ends well when there is no such job. */
  withdraw?(job: OpenJob, signal: AbortSignal): Promise<boolean>;
}

/** A connection to one back end. */
export interface Store {
  readonly provider: string;
  readonly timeoutMs: number;
  check(signal: AbortSignal): Promise<StoreHealth>;
  /** The place that a resource's block of this provider names. Throws `TerminalError` when it cannot be used. */
  place(block: unknown, context: PlaceContext): Place;
  /** Absent where a store gives no certificates back. Throws `WaitingError` while the certificate is not there. */
  download?(request: DownloadRequest, signal: AbortSignal): Promise<Download>;
  /**
   * A certificate that is in the store, however it came there, as a resource's own field names it (`spec.commandCertificate`);
   * absent where there are none. Throws `WaitingError` while it is not there.
   */
  held?(certificate: unknown, signal: AbortSignal): Promise<Held>;
  /**
   * Takes back a job that a delivery to `key` has left and that nobody has begun, where nothing is to be removed; false where it
   * is too late for that. There where `Place.withdraw` is. Ends well when there is no such job.
   */
  withdraw?(key: string, job: OpenJob, signal: AbortSignal): Promise<boolean>;
  /** Removes what `mark` wrote at `key` (from `Place.key`). Ends well when nothing of ours is there any more. */
  remove(key: string, mark: string, context: RemovalContext, signal: AbortSignal): Promise<RemoveResult>;
  close(): Promise<void>;
}

/** What a place needs to know of the resource that names it. */
export interface PlaceContext {
  /** The resource's own namespace: the default for places that have one. */
  readonly namespace: string;
  /** The resource's own name: the default for places that have one. */
  readonly name: string;
  /** The certificate that shall lie there. */
  readonly leaf?: CertificateFacts | undefined;
  /** What becomes of what we bring there when it is not wanted any more. */
  readonly deletionPolicy?: PolicySet["deletionPolicy"] | undefined;
  /**
   * Whether an older resource of ours holds at the same address what the store calls so (`Remote.id`): where several may hold the
   * same, what can be decided only once is the oldest one's.
   */
  elderHolds?(address: string, id: string): boolean;
  /** The address under which the same store resource was last written to, where it was. */
  readonly before?: string | undefined;
  /** What lay in the place after our last write, or when the write under way began. */
  readonly remote?: Remote | undefined;
  /** What the store calls the certificate that it holds already: as an import brought it there, or the resource names it. */
  readonly held?: Remote | undefined;
  /** `Exclude` keeps the private key back also where the store holds it already, and `Desired.bundle` says nothing of it. */
  readonly privateKey?: "Include" | "Exclude" | undefined;
  /** Not before this: for places that keep time themselves. */
  readonly runAt?: Date | undefined;
  /** The value of a Secret that the block refers to; read before, so that it counts for the fingerprint. */
  secret(ref: SecretKeyRef): Buffer;
}

/** What a removal needs to know of the resource that wrote the place. */
export interface RemovalContext {
  /** The job that the last call has given, or that a delivery to this place has left: it comes first. */
  readonly job?: OpenJob | undefined;
  /**
   * `Place.key` of all else that this operator has delivered to the same address through any store: a store without room for
   * marks must not take it for what is to be removed.
   */
  readonly others?: readonly string[];
  /** Reads a Secret of the resource's namespace; a missing one is a `WaitingError`. */
  readSecret(name: string, signal: AbortSignal): Promise<SecretData>;
}

/** What a user reaches for in a store, in the words of a ClusterCertificateStore's grants. */
export interface Reach {
  /** The address in the store of every output: `namespace/name` of a Secret, the normalised path of a file. */
  readonly places: readonly string[];
  /** Labels and annotations that the user sets there. */
  readonly metadataKeys: readonly string[];
}

/** Data of a Secret that a store refers to. */
export type SecretData = ReadonlyMap<string, Buffer>;

/** What a provider is given to build a store. */
export interface StoreContext {
  /** The store resource's namespace, to which its references point; a ClusterCertificateStore has none, and theirs name it. */
  readonly namespace: string | undefined;
  readonly timeoutMs: number;
  /** Reads a Secret that the store refers to; a missing one is a `WaitingError`. */
  readSecret(ref: StoreReference, signal: AbortSignal): Promise<SecretData>;
  /** As `readSecret`, of a ConfigMap. */
  readConfigMap(ref: StoreReference, signal: AbortSignal): Promise<SecretData>;
  /** To be awaited before each request to the back end: keeps its rate, and throws when nobody may ask it now. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
}

/** One kind of back end: the line in the registry. */
export interface Provider<Block = unknown> {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  /** Secrets that the block refers to: a change of one makes a new store. */
  secretRefs(block: Block): readonly StoreReference[];
  /** As `secretRefs`, of ConfigMaps. */
  configMapRefs?(block: Block): readonly StoreReference[];
  /** `spec.limits` where it is unset; unlimited when absent. */
  readonly limits?: { readonly maxConcurrent: number; readonly requestsPerMinute: number };
  /** What a target's block refers to in the resource's own namespace; nothing where this is not there. */
  targetSecrets?(target: unknown): readonly SecretKeyRef[];
  /**
   * Targets deploy what the store holds already (`PlaceContext.held`): one that refers to an import waits until that has brought
   * this very certificate into the same store.
   */
  readonly deploysHeld?: true;
  /**
   * What of a target's block shapes its place; all of it when absent. The rest, such as how a write is proven, may change
   * without a write.
   */
  shapeOf?(target: unknown): unknown;
  /** The places that a grant without `places` allows, as globs; none when absent. */
  readonly grantedPlaces?: readonly string[];
  /**
   * What a resource's block reaches for; asked before anything is connected. Throws `TerminalError` when the block cannot be used.
   * @param resource whose block it is
   */
  reach(target: unknown, resource: Pick<PlaceContext, "namespace" | "name">): Reach;
  /**
   * The places of a certificate that the store holds already and that a target is to deploy (`Store.held`), for the grants: they
   * are needed beside those of the target. Absent where there is no `held`.
   */
  reachOfHeld?(certificate: unknown): readonly string[];
  /** As `reach`, of a download; absent where there are none. */
  reachOfDownload?(request: DownloadRequest): Reach;
  /** As `reach`, of a place that was written: from its `Place.key`. */
  reachOfKey(key: string): Reach;
  create(block: Block, context: StoreContext, signal: AbortSignal): Promise<Store>;
}
