import type { DeletedCertificate } from "@azure/keyvault-certificates";
import { type AzureKeyVaultTarget, timestamp } from "../../crds/index.ts";
import type { Obstacle } from "../contract.ts";
import { waysOut } from "./failure.ts";

export type Word = NonNullable<AzureKeyVaultTarget["softDeleted"]>;

/** What happens to a deleted certificate whose name is wanted, by the user's word. Pure. */
export type Fate =
  | { readonly does: "Nothing"; readonly obstacle: Obstacle }
  | { readonly does: "Recover" }
  | { readonly does: "Purge" };

export function fateOf(deleted: DeletedCertificate, word: Word = "Fail"): Fate {
  const { recoveryLevel = "" } = deleted.properties;
  const until = deleted.scheduledPurgeDate === undefined ? "" : ` until ${timestamp(deleted.scheduledPurgeDate)}`;
  const name = `The name ${deleted.name} is taken by a deleted certificate, which the vault keeps${until}.`;
  if (word === "Recover") return { does: "Recover" };
  if (word === "Fail") return { does: "Nothing", obstacle: { reason: "SoftDeleted", message: `${name} ${waysOut}` } };
  if (recoveryLevel.includes("Purgeable")) return { does: "Purge" };
  const message = `${name} Purge protection (${recoveryLevel}) lets nobody purge it: set softDeleted to Recover, or choose another name.`;
  return { does: "Nothing", obstacle: { reason: "PurgeProtected", message } };
}
