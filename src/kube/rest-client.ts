import { answerOf, objectOf, PageReader, parseJson } from "./answers.ts";
import type {
  ApplyOptions,
  DeleteOptions,
  JsonPatchOperation,
  KubeClient,
  ListOptions,
  ListPage,
  RequestOptions,
  WatchEvent,
  WatchOptions,
} from "./client.ts";
import { collectionPath, objectPath, query } from "./paths.ts";
import type { Answer } from "./exchange.ts";
import type { ApiRequest, Transport } from "./transport.ts";
import {
  apiVersionOf,
  type KubeObject,
  metadataOf,
  type ObjectRef,
  type PartialObjectMetadata,
  type Resource,
} from "./types.ts";
import { watch } from "./watch.ts";

/** etcd takes objects up to 1.5 MiB and the API server requests up to 3 MiB. */
const OBJECT_BYTES = 8 * 1024 * 1024;
const LIST_BYTES = 256 * 1024 * 1024;

/** `KubeClient` over a `Transport`: knows the API's verbs, paths and content types. */
export class RestClient implements KubeClient {
  readonly server: string;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.server = transport.server;
  }

  async get<T extends KubeObject>(type: Resource<T>, ref: ObjectRef, { signal }: RequestOptions): Promise<T> {
    return objectOf(type, await this.#send(type, { method: "GET", path: objectPath(type, ref), signal }));
  }

  getMetadata(type: Resource, ref: ObjectRef, options: RequestOptions): Promise<PartialObjectMetadata> {
    return this.get(metadataOf(type), ref, options);
  }

  async list<T extends KubeObject>(type: Resource<T>, options: ListOptions): Promise<ListPage<T>> {
    const { namespace, signal, labelSelector, fieldSelector, limit, resourceVersion } = options;
    const parameters = query({ labelSelector, fieldSelector, limit, continue: options.continue, resourceVersion });
    const path = collectionPath(type, namespace) + parameters;
    let reader = new PageReader(type);
    await this.#exchange(type, { method: "GET", path, signal, reader: () => (reader = new PageReader(type)) });
    return reader.page();
  }

  watch<T extends KubeObject>(
    type: Resource<T>,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    return watch(this.#transport, type, options, acceptOf(type, ""));
  }

  async apply<T extends KubeObject>(
    type: Resource<T>,
    object: object & { metadata: { name: string; namespace?: string } },
    { fieldManager, force, subresource, signal }: ApplyOptions,
  ): Promise<{ object: T; created: boolean }> {
    const path = objectPath(type, object.metadata, subresource) + query({ fieldManager, force });
    const body = JSON.stringify({ apiVersion: apiVersionOf(type), kind: type.kind, ...object });
    const contentType = "application/apply-patch+yaml";
    const { text, status } = await this.#exchange(type, {
      method: "PATCH",
      path,
      subresource,
      contentType,
      body,
      signal,
    });
    return { object: objectOf(type, parseJson(text, path)), created: status === 201 };
  }

  async jsonPatch<T extends KubeObject>(
    type: Resource<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    { subresource, fieldManager, signal }: RequestOptions & { subresource?: "status"; fieldManager?: string },
  ): Promise<T> {
    return objectOf(
      type,
      await this.#send(type, {
        method: "PATCH",
        path: objectPath(type, ref, subresource) + query({ fieldManager }),
        subresource,
        contentType: "application/json-patch+json",
        body: JSON.stringify(operations),
        signal,
      }),
    );
  }

  async create<T extends KubeObject>(
    type: Resource<T>,
    object: object,
    options: RequestOptions & {
      namespace?: string | undefined;
      name?: string;
      subresource?: string;
      fieldManager?: string;
    },
  ): Promise<T> {
    const { namespace, name, subresource, fieldManager, signal } = options;
    const path =
      name === undefined ? collectionPath(type, namespace) : objectPath(type, { namespace, name }, subresource);
    return answerOf(
      type,
      await this.#send(type, {
        method: "POST",
        path: path + query({ fieldManager }),
        subresource,
        contentType: "application/json",
        body: JSON.stringify({ apiVersion: apiVersionOf(type), kind: type.kind, ...object }),
        signal,
      }),
    );
  }

  async replace<T extends KubeObject>(type: Resource<T>, object: T, { signal }: RequestOptions): Promise<T> {
    const path = objectPath(type, object.metadata);
    const body = JSON.stringify(object);
    return objectOf(
      type,
      await this.#send(type, { method: "PUT", path, contentType: "application/json", body, signal }),
    );
  }

  async delete(type: Resource, ref: ObjectRef, { uid, resourceVersion, signal }: DeleteOptions): Promise<void> {
    await this.#exchange(type, {
      method: "DELETE",
      path: objectPath(type, ref),
      contentType: "application/json",
      body: JSON.stringify({ apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } }),
      signal,
    });
  }

  async getPath(path: string, { signal }: RequestOptions): Promise<unknown> {
    const accept = "application/json";
    const request = { method: "GET", path, resource: path, accept, limitBytes: OBJECT_BYTES, signal } as const;
    const { headers, text } = await this.#transport.request(request);
    return headers["content-type"]?.startsWith("application/json") ? parseJson(text, path) : text;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #send(type: Resource, request: VerbRequest): Promise<unknown> {
    return parseJson((await this.#exchange(type, request)).text, `${request.method} ${request.path}`);
  }

  #exchange(type: Resource, { subresource, ...request }: VerbRequest): Promise<Answer> {
    return this.#transport.request({
      ...request,
      accept: acceptOf(type, request.reader === undefined ? "" : "List"),
      resource: subresource === undefined ? type.plural : `${type.plural}/${subresource}`,
      limitBytes: request.reader === undefined ? OBJECT_BYTES : LIST_BYTES,
    });
  }
}

type VerbRequest = Omit<ApiRequest, "accept" | "resource" | "limitBytes"> & {
  subresource?: string | undefined;
};

function acceptOf(type: Resource, suffix: "" | "List"): string {
  if (!type.metadataOnly) return "application/json";
  return `application/json;as=PartialObjectMetadata${suffix};g=meta.k8s.io;v=v1`;
}
