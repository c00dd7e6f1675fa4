import type { Command } from "../command.ts";
import { badRequest } from "../http/refusal.ts";
import type { Role } from "../permissions.ts";

/** The role by its id or name, which must exist (C.1 [S]); undefined where neither is given. */
export function ownerOf(
  { settings }: Command,
  owner: { readonly id: number | undefined; readonly name: string | undefined },
): Role | undefined {
  if (owner.id === undefined && owner.name === undefined) return undefined;
  const role = settings.roles.find(({ id, name }) => (owner.id === undefined ? name === owner.name : id === owner.id));
  if (role === undefined) throw badRequest("The owner role does not exist.");
  return role;
}
