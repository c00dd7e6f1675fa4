import type { ListPage } from "./client.ts";
import { KubeError } from "./errors.ts";
import { isRecord } from "./status.ts";
import { apiVersionOf, type KubeObject, type Resource } from "./types.ts";

/** The annotation in which `kubectl apply` keeps a copy of the whole object, a Secret's data included. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

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

/** As `objectOf`, for kinds that are answers rather than stored objects and have no name, as access reviews. */
export function answerOf<T extends KubeObject>(type: Resource<T>, value: unknown): T {
  if (!isObjectOf(type, value)) throw new KubeError("MalformedAnswer", `the answer is not a ${type.kind}`);
  if (type.metadataOnly) {
    value.apiVersion = apiVersionOf(type);
    value.kind = type.kind;
    delete value.metadata.annotations?.[LAST_APPLIED];
  } else {
    value.apiVersion ??= apiVersionOf(type);
    value.kind ??= type.kind;
  }
  return value;
}

/** One page of a list. */
export function pageOf<T extends KubeObject>(type: Resource<T>, value: unknown): ListPage<T> {
  const metadata = isRecord(value) && isRecord(value["metadata"]) ? value["metadata"] : {};
  const items = isRecord(value) ? (value["items"] ?? []) : undefined;
  const resourceVersion = metadata["resourceVersion"];
  if (!Array.isArray(items) || typeof resourceVersion !== "string") {
    throw new KubeError("MalformedAnswer", `the answer is not a list of ${type.plural}`);
  }
  const more = metadata["continue"];
  return {
    items: items.map((item) => objectOf(type, item)),
    resourceVersion,
    continue: typeof more === "string" && more !== "" ? more : undefined,
  };
}

/** The server validated it against the kind's own schema; here only what every object has is looked at. */
function isObjectOf<T extends KubeObject>(_: Resource<T>, value: unknown): value is T {
  return isRecord(value) && isRecord(value["metadata"]);
}
