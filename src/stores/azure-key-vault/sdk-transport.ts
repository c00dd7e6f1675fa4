import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { requestOf, responseOf } from "./azure-request.ts";
import type { Vault } from "./vault.ts";

/** Stands where Azure's package wants a login: the connection puts the store's own into each request, and renews it. */
export const placeholder: TokenCredential = {
  getToken: () => Promise.resolve({ token: "placeholder", expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/**
 * The vault's connection for Azure's package. It begins with a request without login, to be told where tokens come from; that is
 * known, and told it here, so that no request to the vault goes without login.
 */
export function transportOf(vault: Vault): HttpClient {
  return {
    sendRequest: async (request) => {
      const answer = request.headers.has("authorization")
        ? await vault.request(requestOf(request))
        : { status: 401, headers: { "www-authenticate": challenge(vault) }, body: Buffer.alloc(0) };
      return responseOf(request, answer);
    },
  };
}

function challenge({ resource }: Vault): string {
  return `Bearer authorization="https://login.microsoftonline.com/common", resource="${resource}"`;
}
