/** The blocks of Azure Key Vault; the wire names behind the fields are in its API reference. */
export { type AzureKeyVaultDownload, azureKeyVaultDownload } from "./download.ts";
export { type AzureKeyVaultStoreBlock, azureKeyVaultStore } from "./store.ts";
export { azureKeyVaultImportStatus, type AzureKeyVaultTarget, azureKeyVaultTarget } from "./target.ts";
