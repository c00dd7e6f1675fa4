import type { ClusterConfig, KubeClient, TokenProvider } from "../../kube/index.ts";
import { type AccountRef, accountToken } from "../service-account.ts";

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
    const { token, expiresAt } = await accountToken(client, account, { expirationSeconds: lifetimeSeconds });
    current = { token, renewAt: asked + (expiresAt.getTime() - asked) * 0.8, kept: false };
    return token;
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
