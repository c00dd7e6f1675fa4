import { cleaned, fieldsOf } from "../../http/index.ts";

/** What a token service says where it gives no token (RFC 6749, section 5.2); empty where it says nothing. */
export interface OauthError {
  readonly error: string;
  /** Without the numbers of the request and what nobody should see. */
  readonly description: string;
}

export function oauthErrorOf(body: string | null | undefined): OauthError {
  const { error, error_description: text = "" } = fieldsOf(body ?? "");
  const [words = ""] = String(text).split(/ Trace ID:|[\r\n]/);
  return { error: typeof error === "string" ? error : "", description: cleaned(words, 160) };
}
