import { BlockedError } from "../errors.ts";
import { bearer } from "./bearer-token.ts";
import { fieldsOf } from "./json.ts";
import type { HttpAnswer } from "./message.ts";

/** A token as it was given. */
export interface IssuedToken {
  /** The value of the header `Authorization`. */
  readonly header: string;
  readonly lifetimeMs: number;
}

/** Where the endpoint does not say how long a token lives. */
const unsaidLifetimeMs = 300_000;

/**
 * Why a token endpoint gave no token: the client's login, the form of the request (its login, perhaps, in the other form), or what
 * is asked for. `code` is its error code (RFC 6749 5.2), or its status. Undefined for an answer that should hold a token.
 */
export function refusalOf({
  status,
  body,
}: HttpAnswer): { what: "Client" | "Form" | "Asked"; code: string } | undefined {
  if (status >= 200 && status <= 299) return undefined;
  const { error } = fieldsOf(body);
  // What is told to the user is no more than a word of the specification's alphabet.
  const word = typeof error === "string" && /^[-_.A-Za-z0-9]{1,64}$/.test(error) ? error : undefined;
  const code = word ?? `HTTP ${status}`;
  // Keycloak says unauthorized_client for a wrong secret where others say invalid_client; Auth0 says access_denied.
  if (status === 401) return { what: "Client", code };
  if (status === 400 && (word === "invalid_client" || word === "unauthorized_client")) return { what: "Client", code };
  if (status === 400 && (word === undefined || word === "invalid_request")) return { what: "Form", code };
  return { what: "Asked", code };
}

/** The token of a good answer (RFC 6749 5.1). Throws `BlockedError` `TokenRefused` for one that holds none that can be used. */
export function issuedToken({ body }: HttpAnswer, host: string): IssuedToken {
  const { access_token: token, token_type: type, expires_in: expires } = fieldsOf(body);
  const header = typeof token === "string" ? bearer(token) : undefined;
  if (header === undefined) {
    throw new BlockedError("TokenRefused", `${host} answers without an access_token; check that tokenUrl is right.`);
  }
  if (typeof type === "string" && type.toLowerCase() !== "bearer") {
    throw new BlockedError(
      "TokenRefused",
      `${host} gives a token that is no bearer token; have the client changed there.`,
    );
  }
  // A text in older answers of Entra.
  const seconds = typeof expires === "number" || typeof expires === "string" ? Number(expires) : Number.NaN;
  return { header, lifetimeMs: Number.isFinite(seconds) ? Math.max(seconds, 0) * 1000 : unsaidLifetimeMs };
}
