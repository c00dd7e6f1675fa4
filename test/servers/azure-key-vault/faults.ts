import { type Fault, instead } from "../http/faults.ts";
import { Refusal } from "./http/refusal.ts";

/** B.5, D24 [C]. @param retryAfter seconds */
export function throttled(retryAfter: number): Fault {
  const inner = "VaultRequestTypeLimitReached";
  const message = `Request was not processed because too many requests were received. Reason: ${inner}`;
  return instead(
    new Refusal(429, "Throttled", message, { inner, headers: { "retry-after": String(retryAfter) } }).answer,
  );
}

/** The codes are the reference's (B.5); the texts are placeholders [U]. */
export const unavailable: Fault = instead(
  new Refusal(503, "ServiceUnavailable", "The service is not available.").answer,
);
export const internalError: Fault = instead(
  new Refusal(500, "InternalServerError", "The service is not able to process the request.").answer,
);

/** Azure Policy keeps a vault from it (B.5); the text is a placeholder [U]. */
export const forbiddenByPolicy: Fault = instead(
  new Refusal(403, "Forbidden", "The operation is not allowed by policy.", { inner: "ForbiddenByPolicy" }).answer,
);

/** Somebody has disabled it; the text is that of a secret (C, `endpoints/secret.ts`), of certificates none is known [U]. */
export const objectDisabled: Fault = instead(
  new Refusal(403, "Forbidden", "Operation is not allowed on a disabled certificate.", { inner: "CertificateDisabled" })
    .answer,
);

/** A token that is no longer good although its time has not come: one more try, with a token for these claims (B.6). */
export function claimsChallenge(tenantId: string, claims: object): Fault {
  const encoded = Buffer.from(JSON.stringify(claims)).toString("base64");
  const header = `Bearer authorization="https://login.microsoftonline.com/${tenantId}", error="insufficient_claims", claims="${encoded}"`;
  return instead(
    new Refusal(401, "Unauthorized", "The token was revoked.", { headers: { "www-authenticate": header } }).answer,
  );
}
