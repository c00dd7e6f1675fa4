import { TerminalError } from "../errors.ts";
import type { Authorization } from "./authorization.ts";

/**
 * HTTP Basic with UTF-8 (RFC 7617); `DOMAIN\user` is a user name like any other. Throws `TerminalError` `InvalidLogin` for a
 * user name with a colon, which the scheme cannot carry.
 */
export class Basic implements Authorization {
  readonly from: string;
  readonly #header: string;

  constructor({ username, password, from }: { username: string; password: string; from: string }) {
    if (username === "" || username.includes(":")) {
      throw new TerminalError(
        "InvalidLogin",
        `The user name of ${from} is empty or has a colon, which HTTP Basic cannot carry.`,
      );
    }
    this.from = from;
    this.#header = `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
  }

  header(): Promise<string> {
    return Promise.resolve(this.#header);
  }

  rejected(): Promise<"Refused"> {
    return Promise.resolve("Refused");
  }
}
