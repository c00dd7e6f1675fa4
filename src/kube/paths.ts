import { KubeError } from "./errors.ts";
import type { ObjectRef, Resource } from "./types.ts";

/** Path of a kind's list: of one namespace, or of all when `namespace` is absent. */
export function collectionPath(type: Resource, namespace?: string): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const inNamespace = type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace, type)}` : "";
  return `${root}${inNamespace}/${type.plural}`;
}

/** Path of one object. Throws `BadRequest` when the name is missing: the path would mean the whole list. */
export function objectPath(type: Resource, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && ref.namespace === undefined) {
    throw new KubeError("BadRequest", `${type.kind} ${ref.name} has no namespace`, { sent: false });
  }
  const path = `${collectionPath(type, ref.namespace)}/${segment(ref.name, type)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `?a=b` from the parameters that are there, or "". */
export function query(parameters: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

/** The rule of apimachinery's `path.IsValidPathSegmentName`, plus the empty name. */
function segment(name: string, type: Resource): string {
  if (name === "" || name === "." || name === ".." || /[/%]/.test(name)) {
    throw new KubeError("BadRequest", `"${name}" cannot be the name of a ${type.kind} or its namespace`, {
      sent: false,
    });
  }
  return encodeURIComponent(name);
}
