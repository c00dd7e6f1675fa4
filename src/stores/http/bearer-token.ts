import { TerminalError } from "../errors.ts";
import type { Authorization } from "./authorization.ts";

/** What can stand in a header: a line break there would begin another one. */
const visible = /^[!-~]+$/;

/** The header for a token; undefined for a text that can be none. */
export function bearer(token: string): string | undefined {
  return visible.test(token) ? `Bearer ${token}` : undefined;
}

/** A token that others renew. Throws `TerminalError` `InvalidLogin` for what is none. */
export class BearerToken implements Authorization {
  readonly from: string;
  readonly #header: string;

  constructor({ token, from }: { token: string; from: string }) {
    const header = bearer(token.trim());
    if (header === undefined) {
      throw new TerminalError("InvalidLogin", `${from} holds no bearer token; put nothing but the token there.`);
    }
    this.from = from;
    this.#header = header;
  }

  header(): Promise<string> {
    return Promise.resolve(this.#header);
  }

  rejected(): Promise<"Refused"> {
    return Promise.resolve("Refused");
  }
}
