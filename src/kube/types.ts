/** The part of `metadata` that Certferry reads. Times are RFC 3339 strings, as on the wire. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
}

/** Any object of the Kubernetes API. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Names one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  namespace?: string | undefined;
  name: string;
}

/**
 * One kind of the API and how to reach it. `T` is the shape of its objects; it exists for the compiler only.
 * `group` is "" for the core group.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shape?: T;
}

/** What an informer holds of an object when only metadata is watched (`PartialObjectMetadata`). */
export interface PartialObjectMetadata extends KubeObject {
  metadata: ObjectMeta & { uid: string; resourceVersion: string };
}
