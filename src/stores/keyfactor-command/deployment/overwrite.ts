import type { InventoryEntry } from "../api/inventory.ts";
import type { Placed } from "./placed.ts";

/**
 * Whether what lies under the alias is replaced, where the user does not say: what the inventory shows there (the plan has seen to
 * it that we may), and what we have brought since the inventory ran. Anything else is not ours to overwrite: then the job fails.
 * Command refuses to overwrite what its inventory does not show, so what an inventory has shown once and shows no longer is gone.
 */
export function overwrites(shown: InventoryEntry | undefined, before: Placed | undefined): boolean {
  return shown !== undefined || before?.shownBy === "JobHistory";
}
