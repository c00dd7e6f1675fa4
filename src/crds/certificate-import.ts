import * as z from "zod";
import { azureKeyVaultImportStatus } from "./blocks/azure-key-vault/index.ts";
import { type ImportBlocks, sideFields, sideRules } from "./blocks/index.ts";
import { keyfactorCommandImportStatus } from "./blocks/keyfactor-command/index.ts";
import { certificateFacts } from "./certificate.ts";
import { conditions } from "./conditions.ts";
import {
  adoptionPolicy,
  deletionPolicy,
  deliveryRecord,
  downgradePolicy,
  driftPolicy,
  history,
  previous,
  storeRef,
} from "./delivery.ts";
import { duration } from "./fields.ts";
import { ageColumn, type KindDefinition, readyColumn, type Resource, whyColumns } from "./kind.ts";
import { rules } from "./rules.ts";
import { chain, privateKey, source } from "./source.ts";

/**
 * What CertificateImport and StoreDeployment have in common, and CertificateDownload in part. The defaults are those whose
 * meaning never changes.
 */
export const deliverySpec = {
  adoptionPolicy: adoptionPolicy.default("IfMatching"),
  deletionPolicy: deletionPolicy.default("Retain"),
  driftPolicy: driftPolicy.default("Repair"),
  downgradePolicy: downgradePolicy.default("Refuse"),
  refreshInterval: duration("30s", "zero allowed")
    .default("1h")
    .describe("How often the places are looked at again; 0 looks only on a change."),
  suspend: z.boolean().default(false).describe("True stops every write of this resource."),
};

/** What the status of all three has in common, but for `source`, which a download lacks. */
export const deliveryStatus = {
  observedGeneration: z.int().min(-1).optional().describe("The metadata.generation that this status speaks of."),
  conditions: conditions.optional(),
  summary: z.string().max(128).optional().describe("How many places hold the certificate, in words."),
  certificate: certificateFacts.optional(),
  source: z
    .object({
      format: z.string().max(16).describe("Format that the source was read as."),
      resourceVersion: z.string().max(128).describe("Version of the source that was read."),
    })
    .optional()
    .describe("What was read."),
  previous: previous.optional(),
  history: history.optional(),
  lastHandledReconcileAt: z.string().max(128).optional().describe("The reconcile request that was last seen to."),
};

/** Columns of all three; of a list they show the first. `EXPIRES` is a string: kubectl prints `<invalid>` for a date in the future. */
export function deliveryColumns(lastDelivery: string, store: string): KindDefinition["columns"] {
  return [
    readyColumn,
    { name: "Status", type: "string", jsonPath: ".status.summary" },
    { name: "Expires", type: "string", jsonPath: ".status.certificate.notAfter" },
    { name: "Last delivery", type: "date", jsonPath: lastDelivery },
    ageColumn,
    { name: "Store", type: "string", jsonPath: store, priority: 1 },
    ...whyColumns,
  ];
}

const spec = z.object({
  source,
  storeRef,
  chain: chain.optional(),
  privateKey: privateKey.default("Include"),
  ...deliverySpec,
});

const status = z.object({
  ...deliveryStatus,
  delivery: deliveryRecord.optional().describe("The delivery into the place."),
  keyfactorCommand: keyfactorCommandImportStatus.optional(),
  azureKeyVault: azureKeyVaultImportStatus.optional(),
});

export type CertificateImportSpec = z.infer<typeof spec> & ImportBlocks;
export type CertificateImportStatus = z.infer<typeof status>;
export type CertificateImport = Resource<CertificateImportSpec, CertificateImportStatus>;

export const certificateImport: KindDefinition = {
  kind: "CertificateImport",
  plural: "certificateimports",
  shortName: "cfimport",
  scope: "Namespaced",
  description: "Brings one source into one place of a store and keeps it there.",
  columns: deliveryColumns(".status.delivery.deliveredAt", ".spec.storeRef.name"),
  spec: (providers) => spec.extend(sideFields(providers, "import")).meta(rules(...sideRules(providers, "import"))),
  status,
};
