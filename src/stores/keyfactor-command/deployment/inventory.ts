import type { InventoryEntry } from "../api/inventory.ts";

/** Which entry is looked for. */
export interface Sought {
  /** As the user names it; absent where the store does. */
  readonly alias: string | undefined;
  /** SHA-1 of the certificate that shall lie there: an entry's id is 0 where Command has no record of what lies there. */
  readonly thumbprint: string;
  /** Name of the entry that our last write left, where there was one. */
  readonly before: string | undefined;
}

/** The entry that the place is about: under its alias or, where the store names entries, the certificate's own, else our last. */
export function entryOf(inventory: readonly InventoryEntry[], sought: Sought): InventoryEntry | undefined {
  const { alias, before } = sought;
  if (alias !== undefined) return entryNamed(inventory, alias);
  const own = inventory.find((entry) => holds(entry, sought));
  return own ?? (before === undefined ? undefined : entryNamed(inventory, before));
}

export function entryNamed(inventory: readonly InventoryEntry[], alias: string): InventoryEntry | undefined {
  return inventory.find((entry) => entry.alias === alias);
}

/** Whether the leaf there is the certificate. */
export function holds({ leaf }: InventoryEntry, { thumbprint }: Pick<Sought, "thumbprint">): boolean {
  return leaf?.thumbprint.toUpperCase() === thumbprint.toUpperCase();
}
