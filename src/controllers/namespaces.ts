import { isKubeError, type KubeClient, Namespace } from "../kube/index.ts";
import type { GoingNamespace } from "./delivery/context.ts";

/** The namespace, when it is being deleted. An operator that may not look at it takes it for one that stays. */
export async function goingNamespace(
  client: Pick<KubeClient, "getMetadata">,
  name: string,
  signal: AbortSignal,
): Promise<GoingNamespace | undefined> {
  try {
    const { metadata } = await client.getMetadata(Namespace, { name }, { signal });
    return metadata.deletionTimestamp === undefined ? undefined : { uid: metadata.uid };
  } catch (error) {
    if (isKubeError(error, "Forbidden") || isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}
