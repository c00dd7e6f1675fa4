// Not by the index of the CRDs: what is asked of it lazily is bundled with all that is asked of it at start.
import { azureKeyVaultImportStatus } from "../../crds/blocks/azure-key-vault/target.ts";
import { keyfactorCommandImportStatus } from "../../crds/blocks/keyfactor-command/import.ts";
import type { Reports } from "./reports.ts";

/** The fields of the blocks in which providers tell. */
export const reportSchemas = {
  keyfactorCommand: keyfactorCommandImportStatus,
  azureKeyVault: azureKeyVaultImportStatus,
} satisfies Record<keyof Reports, object>;
