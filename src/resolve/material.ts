import type { SourceSpec } from "../crds/index.ts";
import {
  ConfigMap,
  isKubeError,
  isReservedSecretType,
  type KubeClient,
  type KubeError,
  Secret,
} from "../kube/index.ts";
import { BlockedError, TerminalError, TransientError, WaitingError } from "../stores/errors.ts";

/** The values of a Secret or ConfigMap, as bytes. Whoever asked for them wipes them. */
export interface Material {
  /** `Secret web-tls`, for messages. */
  readonly what: string;
  /** Type of the Secret; absent for a ConfigMap. */
  readonly type?: string | undefined;
  readonly resourceVersion: string;
  readonly values: ReadonlyMap<string, Buffer>;
}

/** Reads a source live. Throws `WaitingError`, `BlockedError`, `TerminalError` or `TransientError`. */
export async function readMaterial(
  client: KubeClient,
  namespace: string,
  spec: SourceSpec,
  signal: AbortSignal,
): Promise<Material> {
  if (spec.secretRef !== undefined) return readSecret(client, namespace, spec.secretRef.name, signal);
  return readConfigMap(client, namespace, spec.configMapRef?.name ?? "", signal);
}

/** As `readMaterial`, for one ConfigMap. */
export async function readConfigMap(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Material> {
  const what = `ConfigMap ${name}`;
  const { metadata, data, binaryData } = await read(what, () => client.get(ConfigMap, { namespace, name }, { signal }));
  const texts = Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const);
  const values = new Map([...texts, ...decoded(binaryData)]);
  return { what, resourceVersion: metadata.resourceVersion ?? "", values };
}

/** As `readMaterial`, for one Secret. */
export async function readSecret(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Material> {
  const what = `Secret ${name}`;
  const { metadata, type, data } = await read(what, () => client.get(Secret, { namespace, name }, { signal }));
  if (type !== undefined && isReservedSecretType(type)) {
    throw new TerminalError(
      "SecretTypeRefused",
      `${what} is of type ${type}, which is never read; name another Secret.`,
    );
  }
  return { what, type, resourceVersion: metadata.resourceVersion ?? "", values: new Map(decoded(data)) };
}

function decoded(data: Record<string, string> | undefined): [string, Buffer][] {
  return Object.entries(data ?? {}).map(([key, base64]) => [key, Buffer.from(base64, "base64")]);
}

async function read<T>(what: string, get: () => Promise<T>): Promise<T> {
  try {
    return await get();
  } catch (error) {
    if (!isKubeError(error)) throw error;
    throw meaningOf(what, error);
  }
}

function meaningOf(what: string, error: KubeError): Error {
  if (error.reason === "NotFound") {
    const reason = what.startsWith("Secret ") ? "SecretMissing" : "ConfigMapMissing";
    return new WaitingError(reason, `${what} has just been deleted; create it.`, { cause: error });
  }
  if (error.reason === "Forbidden") {
    const message = `The operator may not read ${what}: grant its ServiceAccount get on it, as deploy/rbac does.`;
    return new BlockedError("NotReadable", message, { cause: error });
  }
  const retryAfter =
    error.retryAfterSeconds === undefined ? undefined : new Date(Date.now() + error.retryAfterSeconds * 1000);
  return new TransientError("SourceUnavailable", `${what} could not be read (${error.reason}); it is tried again.`, {
    happened: "no",
    retryAfter,
    cause: error,
  });
}
