import type { Command } from "./command.ts";
import type { User } from "./permissions.ts";

/** Who has sent the request; undefined is status 401 (A.2). */
export async function userOf(command: Command, authorization: string | undefined): Promise<User | undefined> {
  const [scheme = "", credentials = ""] = (authorization ?? "").split(" ", 2);
  switch (scheme.toLowerCase()) {
    case "basic":
      return basic(command, Buffer.from(credentials, "base64").toString("utf8"));
    case "bearer":
      return bearer(command, credentials);
    default:
      return undefined;
  }
}

/** The name may be `DOMAIN\user` (A.2 [D][K]), and has no case there. */
function basic(command: Command, credentials: string): User | undefined {
  const colon = credentials.indexOf(":");
  const user = command.user(credentials.slice(0, colon));
  return user?.password !== undefined && user.password === credentials.slice(colon + 1) ? user : undefined;
}

/** 10.x and earlier know Active Directory alone (A.16). */
async function bearer(command: Command, token: string): Promise<User | undefined> {
  if (!command.features.bearer) return undefined;
  const name = await command.settings.tokens(token);
  return name === undefined ? undefined : command.user(name);
}
