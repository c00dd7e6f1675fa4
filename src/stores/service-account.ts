import { isKubeError, type IssuedToken, type KubeClient, requestToken } from "../kube/index.ts";
import { BlockedError, TransientError, WaitingError } from "./errors.ts";

export interface AccountRef {
  readonly namespace: string;
  readonly name: string;
}

const timeoutMs = 30_000;

/**
 * A token of a ServiceAccount of this cluster, where its owner lets the operator have one. Throws `BlockedError`
 * `TokenNotGranted`, `WaitingError` `ServiceAccountMissing`, `TransientError` `TokenUnavailable`.
 */
export async function accountToken(
  client: KubeClient,
  account: AccountRef,
  request: { readonly audiences?: string[]; readonly expirationSeconds: number },
): Promise<IssuedToken> {
  try {
    return await requestToken(client, account, { ...request, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw meaningOf(error, account);
  }
}

function meaningOf(error: unknown, { namespace, name }: AccountRef): unknown {
  if (!isKubeError(error)) return error;
  if (error.reason === "Forbidden") {
    const message = `The operator may not act as ServiceAccount ${name}. Bind it to a Role in ${namespace}: apiGroups [""], resources [serviceaccounts/token], resourceNames [${name}], verbs [create].`;
    return new BlockedError("TokenNotGranted", message, { cause: error });
  }
  if (error.reason === "NotFound") {
    const message = `ServiceAccount ${name} does not exist in namespace ${namespace}; create it.`;
    return new WaitingError("ServiceAccountMissing", message, { cause: error });
  }
  const message = `No token for ServiceAccount ${namespace}/${name} could be had (${error.reason}); it is tried again.`;
  return new TransientError("TokenUnavailable", message, { happened: "no", cause: error });
}
