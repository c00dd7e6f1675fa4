import { errorCodes, Refusal } from "./http/refusal.ts";

/**
 * Everything that the endpoints here ask for. `/certificates/collections/read/` holds for all certificates,
 * `/certificates/collections/read/3/` for those of collection 3; permissions of stores have the container so (A.3 [S]).
 * `/metadata/...` and `/agents/...` are spelled as the vendor's Terraform provider lists them [K].
 */
export const allPermissions = [
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
] as const;
export type Permission = (typeof allPermissions)[number];

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

/** Whether the permission is there, for all or for the collection or container `scope` (0: none). */
export function holds(granted: readonly string[], permission: Permission, scope: number): boolean {
  return granted.includes(permission) || granted.includes(`${permission}${scope}/`);
}

/** A.4 [C]. */
export function noPermission(user: string): Refusal {
  return new Refusal(403, `User ${user} doesn't have the required permission`, { code: errorCodes.NoPermission });
}
