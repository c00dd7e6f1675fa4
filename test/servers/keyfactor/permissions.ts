import { errorCodes, Refusal } from "./http/refusal.ts";

/**
 * Of a role. `/certificates/collections/read/` holds for all certificates, `/certificates/collections/read/3/` for those of
 * collection 3; permissions of stores have the container so (A.3 [S]). `/metadata/...` and `/agents/...` are spelled as the
 * vendor's Terraform provider lists them [K].
 */
export type Permission =
  | "/certificates/import/"
  | "/certificates/collections/read/"
  | "/certificates/collections/metadata/modify/"
  | "/certificates/collections/change_owner/"
  | "/certificates/collections/delete/"
  | "/certificates/enrollment/pfx/"
  | "/certificate_stores/read/"
  | "/certificate_stores/schedule/"
  | "/metadata/types/read/"
  | "/agents/management/read/"
  | "/agents/management/modify/";

export interface Role {
  readonly id: number;
  readonly name: string;
  readonly permissions: readonly string[];
}

export interface User {
  /** May be `DOMAIN\user`. */
  readonly name: string;
  /** For Basic; without it only a token lets the user in. */
  readonly password?: string;
  /** Names of roles. */
  readonly roles: readonly string[];
}

/** Everything that the endpoints here ask for. */
export const allPermissions: readonly Permission[] = [
  "/certificates/import/",
  "/certificates/collections/read/",
  "/certificates/collections/metadata/modify/",
  "/certificates/collections/change_owner/",
  "/certificates/collections/delete/",
  "/certificates/enrollment/pfx/",
  "/certificate_stores/read/",
  "/certificate_stores/schedule/",
  "/metadata/types/read/",
  "/agents/management/read/",
  "/agents/management/modify/",
];

/** Whether one of the permissions is there, for all or for the collection or container `scope` (0: none). */
export function holds(granted: readonly string[], permissions: readonly Permission[], scope = 0): boolean {
  return permissions.some((permission) => granted.includes(permission) || granted.includes(`${permission}${scope}/`));
}

/** A.4 [C]. */
export function noPermission(user: string): Refusal {
  return new Refusal(403, `User ${user} doesn't have the required permission`, { code: errorCodes.NoPermission });
}
