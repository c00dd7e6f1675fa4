import {
  isKubeError,
  type JsonPatchOperation,
  type KubeClient,
  KubeError,
  type KubeObject,
  type Resource,
} from "../kube/index.ts";

type Patcher = Pick<KubeClient, "jsonPatch">;

/**
 * What the API server says (422, `Invalid`) of a patch whose test failed. An object that its schema does not allow is
 * `Invalid` too, but with what is wrong in it: trying again would not help.
 */
const refusedPatch = "the server rejected our request due to an error in our request";

/**
 * Adds a finalizer by JSON Patch. The patch tests what it was decided from: `Conflict` when the finalizers changed meanwhile.
 * Nothing is sent when it is there.
 */
export async function addFinalizer<T extends KubeObject>(
  client: Patcher,
  type: Resource<T>,
  object: T,
  finalizer: string,
  signal: AbortSignal,
): Promise<T> {
  const present = object.metadata.finalizers ?? [];
  if (present.includes(finalizer)) return object;
  const path = "/metadata/finalizers";
  const value = [...present, finalizer];
  return patch(client, type, object, [{ op: present.length === 0 ? "add" : "replace", path, value }], signal);
}

/** Removes a finalizer by JSON Patch, as `addFinalizer` adds it. Gives nothing for an object that is gone already. */
export async function removeFinalizer<T extends KubeObject>(
  client: Patcher,
  type: Resource<T>,
  object: T,
  finalizer: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  const present = object.metadata.finalizers ?? [];
  const index = present.indexOf(finalizer);
  if (index === -1) return object;
  const path = `/metadata/finalizers/${index}`;
  const operations = [
    { op: "test", path, value: finalizer },
    { op: "remove", path },
  ] as const;
  try {
    return await patch(client, type, object, operations, signal);
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
    return undefined;
  }
}

async function patch<T extends KubeObject>(
  client: Patcher,
  type: Resource<T>,
  { metadata }: T,
  operations: readonly JsonPatchOperation[],
  signal: AbortSignal,
): Promise<T> {
  const { uid, resourceVersion } = metadata;
  const same = [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
  ] as const;
  try {
    return await client.jsonPatch(type, metadata, [...same, ...operations], { signal });
  } catch (error) {
    if (!isKubeError(error, "Invalid") || !error.message.startsWith(refusedPatch)) throw error;
    throw new KubeError("Conflict", `the finalizers of ${type.kind} ${metadata.name} changed meanwhile`, {
      status: 409,
    });
  }
}
