import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { Application, Directory } from "./directory.ts";
import { isSignedBy, type Jws, parsedJws } from "./jws.ts";
import { Refusal } from "./refusal.ts";

const exchangeAudience = "api://AzureADTokenExchange";

/** Checks a client assertion (B.6): one signed with a certificate of the application, or the token of another issuer. */
export async function checkAssertion(
  directory: Directory,
  application: Application,
  assertion: string,
  audiences: readonly string[],
): Promise<void> {
  const jws = parsedJws(assertion);
  // The number and the text are quoted by users [C].
  if (jws === undefined) throw new Refusal("invalid_client", 50_027, "JWT token is invalid or malformed.");
  checkTime(directory, jws);
  const { header } = jws;
  if ("x5t" in header || "x5t#S256" in header) checkCertificate(application, jws, audiences);
  else await checkFederation(directory, application, jws);
}

function checkTime({ clock }: Directory, { claims }: Jws): void {
  const now = clock() / 1_000;
  // Five minutes of skew are Entra's rule of thumb [I].
  if (Number(claims["exp"] ?? 0) + 300 > now && Number(claims["nbf"] ?? 0) - 300 < now) return;
  throw new Refusal("invalid_client", 700_024, "Client assertion is not within its valid time range.");
}

/** By thumbprint, as @azure/identity sends it: SHA-256 with PS256, or SHA-1 with RS256 [T]. */
function checkCertificate(application: Application, jws: Jws, audiences: readonly string[]): void {
  const registered = (application.certificates ?? []).map((pem) => new X509Certificate(pem));
  const certificate = registered.find(({ raw }) => {
    const digest = (algorithm: string) => createHash(algorithm).update(raw).digest("base64url");
    return jws.header["x5t#S256"] === digest("sha256") || jws.header["x5t"] === digest("sha1");
  });
  if (certificate === undefined || !isSignedBy(jws, certificate.publicKey)) {
    throw new Refusal(
      "invalid_client",
      700_027,
      "The certificate with identifier used to sign the client assertion is not registered on application.",
    );
  }
  const { iss, sub, aud } = jws.claims;
  if (iss !== application.clientId || sub !== application.clientId) {
    throw new Refusal("invalid_client", 700_021, "Client assertion application identifier doesn't match 'client_id'.");
  }
  if (!audiences.includes(String(aud))) {
    throw new Refusal("invalid_client", 700_023, "Client assertion audience claim does not match Realm issuer.");
  }
}

async function checkFederation(directory: Directory, { federations = [] }: Application, jws: Jws): Promise<void> {
  const { iss, sub, aud } = jws.claims;
  const audiences = [aud].flat();
  const ofIssuer = federations.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw noMatch(700_211, "issuer", iss);
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) throw noMatch(700_213, "subject", sub);
  const fits = ofSubject.some(({ audience = exchangeAudience }) => audiences.includes(audience));
  if (!fits) throw noMatch(700_212, "audience", aud);
  const keys = await directory.issuerKeys(String(iss));
  if (keys.some((key) => isSignedBy(jws, createPublicKey({ key, format: "jwk" })))) return;
  throw new Refusal("invalid_client", 5_000_811, "Unable to verify token signature.");
}

/** B.6; the texts and `invalid_client` are quoted by users [C]. */
function noMatch(code: number, what: string, value: unknown): Refusal {
  const found = `No matching federated identity record found for presented assertion ${what} '${String(value)}'.`;
  const check =
    "Check your federated identity credential Subject, Audience and Issuer against the presented assertion.";
  return new Refusal("invalid_client", code, `${found} ${check}`);
}
