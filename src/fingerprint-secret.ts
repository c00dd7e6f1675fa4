import { randomBytes } from "node:crypto";
import { type FingerprintKey, fingerprintKey } from "./delivery/index.ts";
import { isKubeError, type KubeClient, Secret } from "./kube/index.ts";

const name = "certferry-fingerprint-key";
const field = "key";

/**
 * The random key under which fingerprints are made, from the operator's own Secret; made when it is not there. Losing it
 * costs one comparison of each place, not a write.
 */
export async function loadFingerprintKey(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<FingerprintKey> {
  const present = await read(client, namespace, signal);
  if (present !== undefined) return fingerprintKey(present);
  const secret = {
    metadata: { name, namespace },
    type: "Opaque",
    data: { [field]: randomBytes(32).toString("base64") },
  };
  try {
    // Without force: of two replicas that make it at once, one gets `Conflict` and reads the other's.
    const { object } = await client.apply(Secret, secret, {
      fieldManager: `certferry-key-${randomBytes(4).toString("hex")}`,
      signal,
    });
    return fingerprintKey(Buffer.from(object.data?.[field] ?? "", "base64"));
  } catch (error) {
    const other = isKubeError(error, "Conflict") ? await read(client, namespace, signal) : undefined;
    if (other === undefined) throw error;
    return fingerprintKey(other);
  }
}

async function read(client: KubeClient, namespace: string, signal: AbortSignal): Promise<Buffer | undefined> {
  try {
    const { data } = await client.get(Secret, { namespace, name }, { signal });
    const bytes = Buffer.from(data?.[field] ?? "", "base64");
    if (bytes.byteLength >= 32) return bytes;
    throw new Error(
      `Secret ${namespace}/${name} holds no key of 32 bytes under "${field}"; delete it to have it made anew`,
    );
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}
