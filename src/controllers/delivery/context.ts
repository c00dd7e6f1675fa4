import type { CertificateImport, SecretKeyRef } from "../../crds/index.ts";
import type { FingerprintKey, Situation } from "../../delivery/index.ts";
import type { Cache, KubeObject } from "../../kube/index.ts";
import { type SecretValues, type SourceResolver, type StoreResolver, storeTitle } from "../../resolve/index.ts";
import type { Logger } from "../../runtime/index.ts";
import type { Claimant, Claims } from "./claims.ts";
import type { OutcomeChange } from "./outcome.ts";
import type { DeliveryMetrics } from "./metrics.ts";
import type { StoresInUse } from "./stores-in-use.ts";
import type { Subject, Target } from "./subject.ts";
import type { Succession } from "./succession.ts";

/** What every delivery needs, shared by all kinds. */
export interface DeliveryContext {
  readonly sources: SourceResolver;
  readonly stores: StoreResolver;
  /** Passwords and the like that a target's block refers to. */
  readonly secretValues: SecretValues;
  readonly secretsOf: (target: Target) => readonly SecretKeyRef[];
  /** The target's provider deploys only what its store holds already (`Provider.deploysHeld`). */
  readonly deploysHeld: (target: Pick<Target, "provider">) => boolean;
  /** What of the target's block shapes its place (`Provider.shapeOf`). */
  readonly shapeOf: (target: Pick<Target, "provider" | "block">) => unknown;
  readonly imports: Cache<CertificateImport & KubeObject>;
  readonly claims: Claims;
  readonly succession: Succession;
  readonly metrics: DeliveryMetrics;
  /** The first part of our marks. */
  readonly ownerId: string;
  readonly fingerprintKey: FingerprintKey;
  /** What lies in a place, and rights there, are looked at again after this, in milliseconds. */
  readonly lookAgainMs: number;
  /** `--suspend-writes`: the emergency stop. */
  readonly writesSuspended: boolean;
  readonly now: () => Date;
  readonly random: () => number;
  /** Throws when this process may not write any more. */
  readonly fence: () => void;
  /** Whether a resource (`<kind>/<namespace>/<name>`) exists and has this target. */
  readonly exists: (resource: string, target: string) => boolean;
  /** `Place.key` of all else that this operator has on record at an address. */
  readonly otherKeysAt: (own: RecordedPlace) => readonly string[];
  /** Runs a claimant's target again: the place that it waits for has become free. */
  readonly wake: (claimant: Claimant) => void;
  /** Tells an event of a subject; where its namespace is going, which takes no new events, of that. */
  readonly tell: (subject: Subject, change: OutcomeChange, going?: GoingNamespace) => void;
  readonly storesInUse: StoresInUse;
  /** The namespace, when it is being deleted. */
  readonly namespaceGoing: (namespace: string, signal: AbortSignal) => Promise<GoingNamespace | undefined>;
  readonly log: Logger;
}

/** What a target of a resource (`<kind>/<namespace>/<name>`) has on record at a place. */
export interface RecordedPlace {
  readonly resource: string;
  readonly target: string;
  readonly address: string;
}

/** A namespace that is being deleted. */
export interface GoingNamespace {
  readonly uid: string;
}

/** Reason of what waits for its store's `spec.suspend`. */
export const storeSuspended = "StoreSuspended";

/** `<kind>/<namespace>/<name>`. */
export function resourceName(subject: Pick<Subject, "kind" | "namespace" | "name">): string {
  return `${subject.kind}/${subject.namespace}/${subject.name}`;
}

/** What a target uses its store for. */
export function deliveryUse({ name, source }: Pick<Subject, "name" | "source">, { provider, block }: Target) {
  const held = "held" in source ? { held: source.held } : {};
  return { for: "Delivery", provider, name, block, ...held } as const;
}

/**
 * The mark of a target's writes: `<owner-id>/<kind>/<namespace>/<name>`, and `/<target>` for a deployment's, so that two
 * targets can share a Secret by different keys (docs/adr/0003-marks-name-the-target.md).
 */
export function markOf(ownerId: string, subject: Subject, target: string): string {
  const resource = `${ownerId}/${resourceName(subject)}`;
  return target === "" ? resource : `${resource}/${target}`;
}

/**
 * Why nothing may be written, in the order in which a user would look. Who suspends what is their own takes back what nobody
 * has begun; who stops the operator or a store wants nothing done at all.
 */
export function suspensionOf(
  context: Pick<DeliveryContext, "writesSuspended">,
  subject: Subject,
  target: Target,
  store: { readonly suspended: boolean },
): Situation["suspended"] {
  const { writesSuspended } = context;
  const jobs = writesSuspended || store.suspended ? "Follow" : "Withdraw";
  if (writesSuspended)
    return { message: "The operator runs with --suspend-writes: it looks, and writes nothing.", jobs };
  if (subject.suspended) return { message: "spec.suspend is true: nothing is written.", jobs };
  if (target.suspended) return { message: "suspend is true for this target: nothing is written.", jobs };
  if (store.suspended) return { message: `${storeTitle(target.storeRef)} is suspended: nothing is written.`, jobs };
  return undefined;
}
