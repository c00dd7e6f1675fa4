import type { AccessToken, TokenCredential } from "@azure/identity";
import { BlockedError, TransientError } from "../../errors.ts";
import { fieldsOf } from "../../http/index.ts";
import type { MetadataService } from "./metadata.ts";
import { oauthErrorOf } from "./oauth-error.ts";

/** A token is asked for anew so long before its end, in milliseconds. */
const aheadMs = 300_000;

/**
 * The managed identity of the machine (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
 * Not that of @azure/identity: its managed identities share one source for the whole process, bound to the connections of the store
 * that came first, and fail for all others once that is closed (4.13.1, tried).
 */
export class ManagedIdentity implements TokenCredential {
  readonly #metadata: Pick<MetadataService, "request">;
  readonly #clientId: string | undefined;
  #kept: AccessToken | undefined;

  /** @param clientId the identity that the system has assigned when undefined */
  constructor(metadata: Pick<MetadataService, "request">, clientId: string | undefined) {
    this.#metadata = metadata;
    this.#clientId = clientId;
  }

  /** Throws `BlockedError` `IdentityUnavailable`, `TransientError` `TokenUnavailable`. */
  async getToken(scope: string | string[], { abortSignal }: { abortSignal?: unknown } = {}): Promise<AccessToken> {
    if (this.#kept !== undefined && Date.now() < this.#kept.expiresOnTimestamp - aheadMs) return this.#kept;
    const resource = String(scope).replace(/\/\.default$/, "");
    const query = new URLSearchParams({ "api-version": "2018-02-01", resource });
    if (this.#clientId !== undefined) query.set("client_id", this.#clientId);
    const { status, body } = await this.#metadata.request({
      method: "GET",
      path: `/metadata/identity/oauth2/token?${String(query)}`,
      headers: { metadata: "true" },
      signal: abortSignal as AbortSignal,
    });
    if (status !== 200) throw this.#refusal(status, body);
    this.#kept = tokenIn(body);
    return this.#kept;
  }

  #refusal(status: number, body: Buffer): BlockedError | TransientError {
    const { description } = oauthErrorOf(body.toString("utf8"));
    if (status === 400) {
      const which = this.#clientId === undefined ? "of its own" : this.#clientId;
      const message = `The machine that the operator runs on has no managed identity ${which} (${description}); assign it, or correct managedIdentity.clientId.`;
      return new BlockedError("IdentityUnavailable", message);
    }
    const message = `The metadata service of the machine gives no token now (HTTP ${status}); it is tried again.`;
    return new TransientError("TokenUnavailable", message, { happened: "no" });
  }
}

function tokenIn(body: Buffer): AccessToken {
  const { access_token: token, expires_on: expires } = fieldsOf(body);
  if (typeof token === "string" && token !== "" && Number(expires) > 0) {
    return { token, expiresOnTimestamp: Number(expires) * 1000 };
  }
  const message = "The metadata service of the machine answers without a token; it is tried again.";
  throw new TransientError("TokenUnavailable", message, { happened: "no" });
}
