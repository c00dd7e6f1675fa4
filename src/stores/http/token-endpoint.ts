import { getCACertificates } from "node:tls";
import type { ConnectGuard } from "../../http/index.ts";
import { BlockedError, CredentialsRefused, TerminalError } from "../errors.ts";
import type { HttpAnswer } from "./message.ts";
import { Origin } from "./origin.ts";
import { type IssuedToken, issuedToken, refusalOf } from "./token-answer.ts";
import { unavailable } from "./unavailable.ts";

export interface ClientLogin {
  /** The whole URL of the token endpoint; https. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Separated by spaces or commas. */
  readonly scopes?: string | undefined;
  /** Sent as a form field `audience`, which some providers ask for. */
  readonly audience?: string | undefined;
  /** For messages, where all this comes from: `Secret command-oauth`. */
  readonly from: string;
}

export interface TokenEndpointOptions {
  /** CA of the store. It is trusted here beside those of Node.js, since the endpoint need not be the store's neighbour. */
  readonly caPem?: string | undefined;
  readonly guard: ConnectGuard;
  readonly timeoutMs: number;
}

/** How a client shows its secret (RFC 6749 2.3.1). Providers take one, or both. */
type Style = "Basic" | "Post";

/**
 * Asks an OAuth2 token endpoint for tokens of a client (RFC 6749 4.4). The secret is shown as HTTP Basic and, only where that is
 * refused, in the form; what was accepted once is kept to. So one call makes at most two failed logins.
 */
export class TokenEndpoint {
  readonly #login: ClientLogin;
  readonly #url: URL;
  readonly #origin: Origin;
  #style: Style | undefined;

  constructor(login: ClientLogin, { caPem, guard, timeoutMs }: TokenEndpointOptions) {
    this.#login = login;
    this.#url = checked(login);
    const trusted = caPem === undefined ? undefined : [...getCACertificates("default"), caPem].join("\n");
    this.#origin = new Origin({ origin: this.#url.origin, caPem: trusted, guard, timeoutMs });
  }

  /**
   * Throws `CredentialsRefused` when the client is refused, `BlockedError` `TokenRefused` when it gets no token for what it asks,
   * and what `Origin.send` and `unavailable` have.
   */
  async token(signal: AbortSignal): Promise<IssuedToken> {
    const styles: readonly Style[] = this.#style === undefined ? ["Basic", "Post"] : [this.#style];
    let refusal: CredentialsRefused | BlockedError | undefined;
    for (const style of styles) {
      const answer = await this.#ask(style, signal);
      const failure = this.#failureOf(answer);
      if (failure === undefined) {
        const token = issuedToken(answer, this.#url.host);
        this.#style = style;
        return token;
      }
      refusal = failure.error;
      if (!failure.otherStyleMayHelp) break;
    }
    throw refusal ?? new CredentialsRefused(this.#login.from);
  }

  close(): Promise<void> {
    return this.#origin.close();
  }

  async #ask(style: Style, signal: AbortSignal): Promise<HttpAnswer> {
    const { clientId, clientSecret, scopes = "", audience = "" } = this.#login;
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    const scope = scopes
      .split(/[\s,]+/)
      .filter((one) => one !== "")
      .join(" ");
    if (scope !== "") form.set("scope", scope);
    if (audience !== "") form.set("audience", audience);
    const headers: Record<string, string> = {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    };
    if (style === "Basic") {
      const login = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
      headers["authorization"] = `Basic ${Buffer.from(login).toString("base64")}`;
    } else {
      form.set("client_id", clientId);
      form.set("client_secret", clientSecret);
    }
    const { pathname, search } = this.#url;
    // Whatever becomes of it, nothing has been asked of the store.
    const request = { method: "POST", path: pathname + search, headers, body: form.toString(), reads: true } as const;
    const answer = await this.#origin.send({ ...request, signal });
    const failure = unavailable(answer, { host: this.#url.host, reads: true, now: new Date() });
    if (failure !== undefined) throw failure;
    return answer;
  }

  #failureOf(answer: HttpAnswer): { error: CredentialsRefused | BlockedError; otherStyleMayHelp: boolean } | undefined {
    const refusal = refusalOf(answer);
    if (refusal === undefined) return undefined;
    const { host } = this.#url;
    const { what, code } = refusal;
    if (what === "Client") {
      const message = `${host} refuses the client of ${this.#login.from} (${code}); renew its id or secret.`;
      return { error: new CredentialsRefused(message), otherStyleMayHelp: true };
    }
    const message = `${host} gives no token (${code}); check tokenUrl, scopes and audience of ${this.#login.from}, and the client there.`;
    return { error: new BlockedError("TokenRefused", message), otherStyleMayHelp: what === "Form" };
  }
}

function checked({ tokenUrl, clientId, clientSecret, from }: ClientLogin): URL {
  const url = URL.canParse(tokenUrl) ? new URL(tokenUrl) : undefined;
  if (url === undefined || url.protocol !== "https:" || url.username !== "" || url.password !== "" || url.hash !== "") {
    const message = `${from}: tokenUrl must be an https URL without login and fragment.`;
    throw new TerminalError("InvalidLogin", message);
  }
  if (clientId !== "" && clientSecret !== "") return url;
  throw new TerminalError("InvalidLogin", `${from}: clientId and clientSecret must not be empty.`);
}

/** RFC 6749 2.3.1, appendix B: a secret with `:`, `%` or a space would be another one otherwise. */
function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
