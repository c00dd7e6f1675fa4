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
  /** Set by `metadataOf`: the server answers with metadata alone. */
  readonly metadataOnly?: true;
  readonly shape?: T;
}

/**
 * What the server tells of an object when only metadata is asked for. `apiVersion` and `kind` are those of the object
 * itself, not the wire's `PartialObjectMetadata`.
 */
export interface PartialObjectMetadata extends KubeObject {
  metadata: ObjectMeta & { uid: string; resourceVersion: string };
}

/**
 * The same kind, asked for as metadata only: get, list, watch and informers of it carry no spec, data or status.
 */
export function metadataOf(type: Resource): Resource<PartialObjectMetadata> {
  const { group, version, kind, plural, namespaced } = type;
  return { group, version, kind, plural, namespaced, metadataOnly: true };
}

/** `v1` or `group/version`, as in an object's `apiVersion`. */
export function apiVersionOf(type: Resource): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}
