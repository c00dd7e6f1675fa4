import {
  type ClusterConfig,
  isKubeError,
  type KubeClient,
  requestToken,
  type TokenProvider,
} from "../../kube/index.ts";
import { BlockedError, TransientError, WaitingError } from "../errors.ts";

export interface AccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** Asked for; the API server may give another. A token is replaced after four fifths of what it got. */
const lifetimeSeconds = 3600;

/** The operator's own cluster, as a ServiceAccount that its owner lets the operator act as; never with the operator's rights. */
export function asServiceAccount(own: ClusterConfig, client: KubeClient, account: AccountRef): ClusterConfig {
  const { credentials: _own, namespace: _namespace, ...cluster } = own;
  return { ...cluster, credentials: { token: tokenProvider(client, account) } };
}

/**
 * Keeps the token while it is good; those who come while a new one is fetched share it. A kept one that is refused is replaced
 * once; one that is refused as soon as it was fetched is not, since another would fare no better.
 */
export function tokenProvider(client: KubeClient, account: AccountRef, now = Date.now): TokenProvider {
  let current: { token: string; renewAt: number; kept: boolean } | undefined;
  let fetching: Promise<string> | undefined;
  const fetch = async (): Promise<string> => {
    const asked = now();
    try {
      const signal = AbortSignal.timeout(30_000);
      const { token, expiresAt } = await requestToken(client, account, { expirationSeconds: lifetimeSeconds, signal });
      current = { token, renewAt: asked + (expiresAt.getTime() - asked) * 0.8, kept: false };
      return token;
    } catch (error) {
      throw meaningOf(error, account);
    }
  };
  return async (_signal, refused) => {
    if (current?.token === refused && current?.kept === false) return current.token;
    if (current !== undefined && current.token !== refused && now() < current.renewAt) {
      current.kept = true;
      return current.token;
    }
    fetching ??= fetch().finally(() => (fetching = undefined));
    return fetching;
  };
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
