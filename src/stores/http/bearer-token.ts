import { TerminalError } from "../errors.ts";
import type { Authorization } from "./authorization.ts";

/** What RFC 6750 allows in the header, and no more: a line break there would begin another header. */
const token68 = /^[-._~+/A-Za-z0-9]+=*$/;

/** A token that others renew. Throws `TerminalError` `InvalidLogin` for what is none. */
export class BearerToken implements Authorization {
  readonly from: string;
  readonly #header: string;

  constructor({ token, from }: { token: string; from: string }) {
    const trimmed = token.trim();
    if (!token68.test(trimmed)) {
      throw new TerminalError("InvalidLogin", `${from}: it holds no bearer token; put nothing but the token there.`);
    }
    this.from = from;
    this.#header = `Bearer ${trimmed}`;
  }

  header(): Promise<string> {
    return Promise.resolve(this.#header);
  }

  rejected(): Promise<"Refused"> {
    return Promise.resolve("Refused");
  }
}
