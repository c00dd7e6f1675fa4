import type { ListPage } from "./client.ts";
import { KubeError } from "./errors.ts";
import type { BodyReader } from "../http/index.ts";
import { ItemSplitter } from "./items.ts";
import { isRecord } from "./status.ts";
import { apiVersionOf, type KubeObject, type ObjectMeta, type Resource } from "./types.ts";

/** The annotation in which `kubectl apply` keeps a copy of the whole object, a Secret's data included. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** JSON, or `MalformedAnswer`. The message never quotes the answer: it may be a Secret. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KubeError("MalformedAnswer", `${what}: the answer is not JSON (${text.length} characters)`);
  }
}

/** The object that the server answered, with the `apiVersion` and `kind` that list items and metadata lack. */
export function objectOf<T extends KubeObject>(type: Resource<T>, value: unknown): T {
  const object = answerOf(type, value);
  if (typeof object.metadata.name === "string") return object;
  throw new KubeError("MalformedAnswer", `the answer is a ${type.kind} without metadata.name`);
}

/**
 * As `objectOf`, for kinds that are answers rather than stored objects and have no name, as access reviews. Without
 * managedFields, which nobody reads and which are often half of an object, and without kubectl's copy.
 */
export function answerOf<T extends KubeObject>(type: Resource<T>, value: unknown): T {
  if (!isObjectOf(type, value)) throw new KubeError("MalformedAnswer", `the answer is not a ${type.kind}`);
  const metadata: ObjectMeta & { managedFields?: unknown } = value.metadata;
  delete metadata.managedFields;
  delete metadata.annotations?.[LAST_APPLIED];
  if (type.metadataOnly) {
    value.apiVersion = apiVersionOf(type);
    value.kind = type.kind;
  } else {
    value.apiVersion ??= apiVersionOf(type);
    value.kind ??= type.kind;
  }
  return value;
}

/** Reads one page of a list, object by object as they come: never more than one of them is there as text. */
export class PageReader<T extends KubeObject> implements BodyReader {
  readonly #type: Resource<T>;
  readonly #splitter = new ItemSplitter();
  readonly #items: T[] = [];

  constructor(type: Resource<T>) {
    this.#type = type;
  }

  push(chunk: Uint8Array): void {
    for (const text of this.#splitter.push(chunk)) {
      this.#items.push(objectOf(this.#type, parseJson(text, `an item of the list of ${this.#type.plural}`)));
    }
  }

  /** The page, when all of it has come. */
  page(): ListPage<T> {
    const what = `list of ${this.#type.plural}`;
    const list = parseJson(this.#splitter.frame, what);
    const { metadata, items } = isRecord(list) ? list : {};
    const { resourceVersion, continue: more } = isRecord(metadata) ? metadata : {};
    const places = items ?? [];
    const isWhole = isRecord(list) && Array.isArray(places) && places.length === this.#items.length;
    if (!isWhole || typeof resourceVersion !== "string") {
      throw new KubeError("MalformedAnswer", `the answer is not a ${what}`);
    }
    return {
      items: this.#items,
      resourceVersion,
      continue: typeof more === "string" && more !== "" ? more : undefined,
    };
  }
}

/** The server validated it against the kind's own schema; here only what every object has is looked at. */
function isObjectOf<T extends KubeObject>(_: Resource<T>, value: unknown): value is T {
  return isRecord(value) && isRecord(value["metadata"]);
}
