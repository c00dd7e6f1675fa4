import type { KubeObject, Resource } from "./types.ts";

/** `data` values are base64, as on the wire. */
export interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
  immutable?: boolean;
}
export const Secret: Resource<Secret> = core("Secret", "secrets");

/** Types that hold rights or releases, never what users put there: neither read for a reference nor written. */
export function isReservedSecretType(type: string): boolean {
  return /^(kubernetes\.io\/service-account-token|bootstrap\.kubernetes\.io\/token|helm\.sh\/.*)$/.test(type);
}

/** `data` values are text, `binaryData` values base64. */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}
export const ConfigMap: Resource<ConfigMap> = core("ConfigMap", "configmaps");

export interface Namespace extends KubeObject {
  status?: { phase?: "Active" | "Terminating" };
}
export const Namespace: Resource<Namespace> = { ...core("Namespace", "namespaces"), namespaced: false };

export const ServiceAccount: Resource = core("ServiceAccount", "serviceaccounts");

/** Times are RFC 3339 with microseconds (`MicroTime`). */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}
export const Lease: Resource<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

export interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** `events.k8s.io/v1`. `note` is at most 1,024 bytes; `eventTime` is a `MicroTime`. */
export interface Event extends KubeObject {
  eventTime: string;
  type: "Normal" | "Warning";
  reason: string;
  action: string;
  note?: string;
  regarding?: ObjectReference;
  related?: ObjectReference;
  reportingController: string;
  reportingInstance: string;
  series?: { count: number; lastObservedTime: string };
}
export const Event: Resource<Event> = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

/** Asks what the client itself may do; cluster-scoped, and only ever created. */
export interface SelfSubjectAccessReview extends KubeObject {
  spec: {
    resourceAttributes?: {
      namespace?: string;
      verb: string;
      group?: string;
      resource: string;
      subresource?: string;
      name?: string;
    };
  };
  status?: { allowed: boolean; denied?: boolean; reason?: string };
}
export const SelfSubjectAccessReview: Resource<SelfSubjectAccessReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  namespaced: false,
};

function core(kind: string, plural: string): Resource {
  return { group: "", version: "v1", kind, plural, namespaced: true };
}
