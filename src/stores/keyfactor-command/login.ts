import type { KeyfactorCommandStoreBlock, StoreReference } from "../../crds/index.ts";
import type { SecretData, StoreContext } from "../contract.ts";
import { InternalDefect, WaitingError } from "../errors.ts";
import { type Authorization, Basic, BearerToken, ClientCredentials, type TokenEndpointOptions } from "../http/index.ts";

type Auth = KeyfactorCommandStoreBlock["auth"];

/** Secrets that a login refers to. */
export function loginRefs({ basicSecretRef, oauthSecretRef, tokenSecretRef }: Auth): StoreReference[] {
  return [basicSecretRef, oauthSecretRef, tokenSecretRef].filter((ref) => ref !== undefined);
}

/**
 * How the store's account is told. The Secret of an OAuth2 client has the keys of Keyfactor's own operator. Throws what reading the
 * Secret throws, `WaitingError` `SecretKeyMissing`, and what the kind of login refuses.
 */
export async function loginOf(
  { basicSecretRef, oauthSecretRef, tokenSecretRef }: Auth,
  context: Pick<StoreContext, "readSecret">,
  tokenEndpoint: TokenEndpointOptions,
  signal: AbortSignal,
): Promise<Authorization> {
  if (basicSecretRef !== undefined) {
    const data = await context.readSecret(basicSecretRef, signal);
    const value = valuesOf(data, basicSecretRef.name);
    return new Basic({ username: value("username"), password: value("password"), from: fromOf(basicSecretRef) });
  }
  if (tokenSecretRef !== undefined) {
    const data = await context.readSecret(tokenSecretRef, signal);
    return new BearerToken({
      token: valuesOf(data, tokenSecretRef.name)(tokenSecretRef.key),
      from: fromOf(tokenSecretRef),
    });
  }
  if (oauthSecretRef === undefined) throw new InternalDefect("the CRD lets a store through that has no auth");
  const data = await context.readSecret(oauthSecretRef, signal);
  const value = valuesOf(data, oauthSecretRef.name);
  return new ClientCredentials(
    {
      tokenUrl: value("tokenUrl").trim(),
      clientId: value("clientId"),
      clientSecret: value("clientSecret"),
      scopes: data.get("scopes")?.toString("utf8"),
      audience: data.get("audience")?.toString("utf8").trim(),
      from: fromOf(oauthSecretRef),
    },
    tokenEndpoint,
  );
}

function fromOf({ name }: StoreReference): string {
  return `Secret ${name}`;
}

function valuesOf(data: SecretData, name: string): (key: string) => string {
  return (key) => {
    const value = data.get(key);
    if (value !== undefined) return value.toString("utf8");
    throw new WaitingError("SecretKeyMissing", `Secret ${name} has no key ${key}, which the login needs; add it.`);
  };
}
