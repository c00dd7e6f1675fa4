import type { Claims } from "../entra/index.ts";
import { Refusal } from "./http/refusal.ts";

/** Where the vault's callers come from. */
export interface Authority {
  readonly tenantId: string;
  readonly issuer: string;
  /** What a token of this tenant, or of another that is trusted to sign, says; undefined where nobody signed it. */
  readonly read: (token: string) => Claims | undefined;
}

export interface Challenge {
  readonly authority: Authority;
  /** `https://vault.azure.net`; other clouds have others (B.1). */
  readonly resource: string;
  /** Of the challenge; recordings have login.windows.net (B.6 [C]). */
  readonly authorizationHost: string;
}

/** The id of Key Vault's own application, which a token may be for as well [C]. */
const keyVault = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

/** Whose request it is, or status 401 with the challenge (B.6). */
export function callerOf(challenge: Challenge, authorization: string | undefined, now: number): Claims {
  const [scheme = "", token = ""] = (authorization ?? "").split(" ", 2);
  if (scheme.toLowerCase() !== "bearer" || token === "") {
    throw unauthorized(challenge, "AKV10000: Request is missing a Bearer or PoP token.");
  }
  const { authority, resource } = challenge;
  const claims = authority.read(token);
  // No text is known of these two [U].
  if (claims === undefined) throw unauthorized(challenge, "The token cannot be verified.");
  if (claims.exp * 1_000 <= now) throw unauthorized(challenge, "The token has expired.");
  // Quoted by users [C].
  if (claims.iss !== authority.issuer) {
    const message = `AKV10032: Invalid issuer. Expected one of ${authority.issuer}, found ${claims.iss}.`;
    throw unauthorized(challenge, message);
  }
  if (claims.aud !== resource && claims.aud !== keyVault) {
    const message = `AKV10022: Invalid audience. Expected ${resource}, found: ${claims.aud}.`;
    throw unauthorized(challenge, message);
  }
  return claims;
}

function unauthorized({ authority, resource, authorizationHost }: Challenge, message: string): Refusal {
  const authorization = `${authorizationHost}/${authority.tenantId}`;
  const header = `Bearer authorization="${authorization}", resource="${resource}"`;
  return new Refusal(401, "Unauthorized", message, { headers: { "www-authenticate": header } });
}
