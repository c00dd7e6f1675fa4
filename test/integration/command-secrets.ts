import { rememberSecret } from "../leaks/material.ts";
import type { CommandServer } from "../servers/keyfactor/index.ts";

const passwords: ReadonlySet<string> = new Set(["Password", "PfxPassword", "SecretValue"]);
/** Of a PKCS#12 in base64: enough to find it by, few enough for a search through all that was told. */
const head = 256;

/** Remembers what a client sends that it must never tell, also what it has made up itself: logins, passwords, files with keys. */
export function rememberSecretsOf(server: CommandServer): void {
  const known = new Set<string>();
  server.onRequest(({ headers, body }) => {
    const credentials = headers.authorization?.split(" ")[1] ?? "";
    for (const secret of [credentials, ...secretsIn(body)]) {
      if (!known.has(secret)) rememberSecret(secret);
      known.add(secret);
    }
  });
}

function secretsIn(body: Buffer): string[] {
  if (body.byteLength === 0) return [];
  const secrets: string[] = [];
  JSON.parse(body.toString("utf8"), function (this: Record<string, unknown>, name: string, value: unknown) {
    if (typeof value !== "string") return value;
    if (passwords.has(name)) secrets.push(value);
    // Without a password it is no PKCS#12, and public.
    if (name === "Certificate" && "Password" in this) secrets.push(value.slice(0, head));
    return value;
  });
  return secrets;
}
