import { unlessAborted } from "../unless-aborted.ts";
import type { Authorization } from "./authorization.ts";
import { type ClientLogin, TokenEndpoint, type TokenEndpointOptions } from "./token-endpoint.ts";

interface Token {
  readonly header: string;
  /** Monotonic, in milliseconds. */
  readonly useUntil: number;
  /** Given to another request than those that had waited for it: it may have ended since. */
  kept: boolean;
}

/** A token is not used any more in the last fifth of its life, or the last minute where that is less. */
const longestMarginMs = 60_000;

/**
 * OAuth2 client credentials: one token for all requests, asked for once however many need it. One that is refused although it was
 * kept for a while is replaced, and one that is refused when it is new is the end.
 */
export class ClientCredentials implements Authorization {
  readonly from: string;
  readonly #endpoint: TokenEndpoint;
  readonly #now: () => number;
  readonly #closed = new AbortController();
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  /** @param now monotonic, in milliseconds */
  constructor(login: ClientLogin, options: TokenEndpointOptions, now: () => number = () => performance.now()) {
    this.from = login.from;
    this.#endpoint = new TokenEndpoint(login, options);
    this.#now = now;
  }

  /** Throws what `TokenEndpoint.token` does. */
  async header(signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && this.#now() < this.#token.useUntil) {
      this.#token.kept = true;
      return this.#token.header;
    }
    this.#asking ??= this.#ask();
    return (await unlessAborted(this.#asking, signal)).header;
  }

  rejected(header: string): Promise<"TryOnceMore" | "Refused"> {
    const token = this.#token;
    if (token?.header !== header) return Promise.resolve("TryOnceMore");
    this.#token = undefined;
    return Promise.resolve(token.kept ? "TryOnceMore" : "Refused");
  }

  close(): Promise<void> {
    this.#closed.abort();
    return this.#endpoint.close();
  }

  /** For all who wait: one that does not wait any more takes nothing away from the others. */
  async #ask(): Promise<Token> {
    const asked = this.#now();
    try {
      const { header, lifetimeMs } = await this.#endpoint.token(this.#closed.signal);
      const useUntil = asked + lifetimeMs - Math.min(lifetimeMs / 5, longestMarginMs);
      this.#token = { header, useUntil, kept: false };
      return this.#token;
    } finally {
      this.#asking = undefined;
    }
  }
}
