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

function tokenProvider(client: KubeClient, account: AccountRef): TokenProvider {
  let current: Promise<{ token: string; renewAt: number }> | undefined;
  const fetch = async (): Promise<{ token: string; renewAt: number }> => {
    const asked = Date.now();
    const signal = AbortSignal.timeout(30_000);
    const { token, expiresAt } = await requestToken(client, account, { expirationSeconds: lifetimeSeconds, signal });
    return { token, renewAt: asked + (expiresAt.getTime() - asked) * 0.8 };
  };
  return async (_signal, refused) => {
    const known = await current?.catch(() => undefined);
    if (known !== undefined && known.token !== refused && Date.now() < known.renewAt) return known.token;
    // Those who come while it is fetched share it.
    const fetching = fetch();
    current = fetching;
    try {
      return (await fetching).token;
    } catch (error) {
      if (current === fetching) current = undefined;
      throw meaningOf(error, account);
    }
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
