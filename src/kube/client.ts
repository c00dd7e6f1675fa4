import type { KubeObject, ObjectRef, PartialObjectMetadata, Resource } from "./types.ts";

/** Every request ends with its signal; the transport adds its own time limit on top. */
export interface RequestOptions {
  signal: AbortSignal;
}

export interface ListOptions extends RequestOptions {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  limit?: number | undefined;
  continue?: string | undefined;
  resourceVersion?: string | undefined;
}

/** One page. Without `limit` the server answers everything at once and `continue` is absent. */
export interface ListPage<T> {
  items: T[];
  resourceVersion: string;
  continue?: string | undefined;
}

export interface ApplyOptions extends RequestOptions {
  fieldManager: string;
  /** Take fields that another manager holds; without it a held field is a `Conflict`. */
  force?: boolean;
  subresource?: "status";
}

/** One operation of RFC 6902. */
export type JsonPatchOperation =
  | { op: "add" | "replace" | "test"; path: string; value: unknown }
  | { op: "remove"; path: string };

export interface DeleteOptions extends RequestOptions {
  /** Preconditions: the delete is a `Conflict` when the object is another one or has changed. */
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}

export interface WatchOptions extends RequestOptions {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Where to go on: the version of a list, of the last event or of the last bookmark. */
  resourceVersion: string;
  /** After this time the server ends the watch; a watch that lives 30 s longer is ended here as dead. */
  timeoutSeconds: number;
}

export type WatchEvent<T> =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: T }
  | { type: "BOOKMARK"; resourceVersion: string };

/**
 * The Kubernetes API as Certferry uses it. Every failure is a `KubeError` (`errors.ts`). Objects come without managedFields
 * and without the annotation in which kubectl keeps a copy of them.
 */
export interface KubeClient {
  /** Base URL of the API server, without a trailing slash. */
  readonly server: string;
  get<T extends KubeObject>(type: Resource<T>, ref: ObjectRef, options: RequestOptions): Promise<T>;
  getMetadata(type: Resource, ref: ObjectRef, options: RequestOptions): Promise<PartialObjectMetadata>;
  list<T extends KubeObject>(type: Resource<T>, options: ListOptions): Promise<ListPage<T>>;
  /**
   * One watch connection, which returns when the server ends it and throws when it breaks. `ERROR` events are thrown as
   * the `KubeError` that their Status says (`Expired` or `Gone`: list again). It never retries; see `Informer`.
   */
  watch<T extends KubeObject>(type: Resource<T>, options: WatchOptions): AsyncGenerator<WatchEvent<T>, void, undefined>;
  /** Server-side apply; `apiVersion` and `kind` are filled in. `created` tells a 201 from a 200. The object is the one that is stored now. */
  apply<T extends KubeObject>(
    type: Resource<T>,
    object: object & { metadata: { name: string; namespace?: string } },
    options: ApplyOptions,
  ): Promise<{ object: T; created: boolean }>;
  jsonPatch<T extends KubeObject>(
    type: Resource<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: RequestOptions & { subresource?: "status"; fieldManager?: string },
  ): Promise<T>;
  /** POST; `apiVersion` and `kind` are filled in where absent. `subresource` with a name posts to `<object>/<subresource>`, as for `serviceaccounts/token`. */
  create<T extends KubeObject>(
    type: Resource<T>,
    object: object,
    options: RequestOptions & {
      namespace?: string | undefined;
      name?: string;
      subresource?: string;
      fieldManager?: string;
    },
  ): Promise<T>;
  /** PUT, for the few kinds that live by optimistic replacement (Lease). */
  replace<T extends KubeObject>(type: Resource<T>, object: T, options: RequestOptions): Promise<T>;
  delete(type: Resource, ref: ObjectRef, options: DeleteOptions): Promise<void>;
  /** GET of a path outside the resource tree: parsed where the server answers JSON (`/version`), else text (`/readyz`). */
  getPath(path: string, options: RequestOptions): Promise<unknown>;
  /** Closes the connection pool; requests under way are aborted. */
  close(): Promise<void>;
}
