/**
 * Access rules of Command by what they allow, as the vendor's reference and its Terraform provider spell them. Those of
 * certificates hold for all of them, or with a collection's id behind them for its own.
 */
export const rights = {
  import: "/certificates/import/",
  read: "/certificates/collections/read/",
  metadata: "/certificates/collections/metadata/modify/",
  owner: "/certificates/collections/change_owner/",
  delete: "/certificates/collections/delete/",
  metadataFields: "/metadata/types/read/",
  readStores: "/certificate_stores/read/",
  scheduleStores: "/certificate_stores/schedule/",
  enrollPfx: "/certificates/enrollment/pfx/",
  readAgents: "/agents/management/read/",
  modifyAgents: "/agents/management/modify/",
} as const;

/** A rule, and the narrower one that is enough where Command checks in a collection. */
export function inCollection(rule: string, collectionId: number | undefined): readonly string[] {
  return collectionId === undefined ? [rule] : [rule, `${rule}${collectionId}/`];
}
