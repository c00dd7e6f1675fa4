import { randomBytes } from "node:crypto";

/** For one call: nobody is told it, and nobody needs it afterwards. Of letters, digits, `-` and `_`, and at least one of each kind. */
export function generatedPassword(): string {
  return `Aa1-${randomBytes(24).toString("base64url")}`;
}
