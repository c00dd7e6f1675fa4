import type { KubeClient, RequestOptions } from "./client.ts";
import { KubeError } from "./errors.ts";
import type { KubeObject, ObjectRef, Resource } from "./types.ts";

interface TokenRequest extends KubeObject {
  status?: { token?: string; expirationTimestamp?: string };
}

/** The subresource `token` of a ServiceAccount; its body is of another group than its path. */
const TOKEN_REQUEST: Resource<TokenRequest> = {
  group: "",
  version: "v1",
  kind: "TokenRequest",
  plural: "serviceaccounts",
  namespaced: true,
};

export interface TokenRequestOptions extends RequestOptions {
  /** The API server's own audience when absent. */
  audiences?: readonly string[];
  /** At least 600; the server may give another lifetime than asked. */
  expirationSeconds?: number;
}

export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

/**
 * A token for a service account (TokenRequest API). `Forbidden` where we may not `create` its `serviceaccounts/token`,
 * `NotFound` where the account does not exist.
 */
export async function requestToken(
  client: KubeClient,
  serviceAccount: ObjectRef & { namespace: string },
  { audiences, expirationSeconds, signal }: TokenRequestOptions,
): Promise<IssuedToken> {
  const { namespace, name } = serviceAccount;
  const request = { apiVersion: "authentication.k8s.io/v1", spec: { audiences, expirationSeconds } };
  const { status } = await client.create(TOKEN_REQUEST, request, { namespace, name, subresource: "token", signal });
  const expiresAt = new Date(status?.expirationTimestamp ?? Number.NaN);
  if (status?.token === undefined || Number.isNaN(expiresAt.getTime())) {
    throw new KubeError(
      "MalformedAnswer",
      `the token of ServiceAccount ${namespace}/${name} came without token or time`,
    );
  }
  return { token: status.token, expiresAt };
}
