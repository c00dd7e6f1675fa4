/** The blocks of Keyfactor Command; the wire names behind the fields are in its API reference. */
export { type KeyfactorCommandImport, keyfactorCommandImport, keyfactorCommandImportStatus } from "./import.ts";
export { type KeyfactorCommandDownload, keyfactorCommandDownload } from "./download.ts";
export { type KeyfactorCommandStoreBlock, keyfactorCommandStore } from "./store.ts";
export {
  type CommandCertificate,
  commandCertificate,
  keyfactorCommandDeploymentRules,
  type KeyfactorCommandTarget,
  keyfactorCommandTarget,
  keyfactorCommandTargetRules,
} from "./target.ts";
