/** The kinds of `certferry.io/v1alpha1`: zod schemas, from which the types, the CRDs and the API reference are made. */
import { certificateDownload } from "./certificate-download.ts";
import { certificateImport } from "./certificate-import.ts";
import { certificateStore, clusterCertificateStore } from "./certificate-store.ts";
import type { KindDefinition } from "./kind.ts";
import { storeDeployment } from "./store-deployment.ts";

export {
  type DownloadBlocks,
  type ImportBlocks,
  type ProviderBlocks,
  providers,
  type StoreBlocks,
  type TargetBlocks,
} from "./blocks/index.ts";
export {
  type AzureKeyVaultDownload,
  type AzureKeyVaultStoreBlock,
  type AzureKeyVaultTarget,
} from "./blocks/azure-key-vault/index.ts";
export {
  type CommandCertificate,
  type KeyfactorCommandDownload,
  type KeyfactorCommandImport,
  type KeyfactorCommandStoreBlock,
  type KeyfactorCommandTarget,
} from "./blocks/keyfactor-command/index.ts";
export type { FilesystemStoreBlock, FilesystemTarget } from "./blocks/filesystem.ts";
export type { KubernetesStoreBlock, KubernetesTarget } from "./blocks/kubernetes.ts";
export type { OutputFields } from "./blocks/outputs.ts";
export type { KubernetesKey } from "./blocks/kubernetes-key.ts";
export type {
  CertificateDownload,
  CertificateDownloadSpec,
  CertificateDownloadStatus,
} from "./certificate-download.ts";
export type { CertificateImport, CertificateImportSpec, CertificateImportStatus } from "./certificate-import.ts";
export type {
  CertificateStore,
  CertificateStoreSpec,
  CertificateStoreStatus,
  ClusterCertificateStore,
  ClusterCertificateStoreSpec,
} from "./certificate-store.ts";
export type { CertificateFactsStatus } from "./certificate.ts";
export type { Condition } from "./conditions.ts";
export { customResourceDefinition, objectSchema, type Schema } from "./crd.ts";
export type { DeliveryRecord, HistoryEntry, PolicySet, PreviousPlace, StoreRef } from "./delivery.ts";
export { milliseconds } from "./duration.ts";
export { group, type KindDefinition, version } from "./kind.ts";
export type { SecretKeyRef, StoreReference } from "./fields.ts";
export type { Grant, NamespaceSelector } from "./grants.ts";
export type { DeliveryWindow, Rollout, Schedule } from "./schedule.ts";
export type { Reason } from "./reasons.ts";
export type { ChainSpec, SourceSpec } from "./source.ts";
export type {
  DeploymentTarget,
  StoreDeployment,
  StoreDeploymentSpec,
  StoreDeploymentStatus,
} from "./store-deployment.ts";

export { providerNames } from "./provider-names.ts";
export { timestamp } from "./timestamp.ts";

/** Every kind that ships. */
export const kinds: readonly KindDefinition[] = [
  certificateStore,
  clusterCertificateStore,
  certificateImport,
  storeDeployment,
  certificateDownload,
];
