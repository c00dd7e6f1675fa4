import {
  type CertificateDownload,
  type CertificateImport,
  type CertificateStore,
  type ClusterCertificateStore,
  group,
  type StoreDeployment,
  version,
} from "../crds/index.ts";
import type { KubeObject, Resource } from "../kube/index.ts";

const ours = { group, version, namespaced: true } as const;

/** Our kinds as the client knows them. */
export const CertificateStores: Resource<CertificateStore & KubeObject> = {
  ...ours,
  kind: "CertificateStore",
  plural: "certificatestores",
};
export const ClusterCertificateStores: Resource<ClusterCertificateStore & KubeObject> = {
  ...ours,
  kind: "ClusterCertificateStore",
  plural: "clustercertificatestores",
  namespaced: false,
};
export const CertificateImports: Resource<CertificateImport & KubeObject> = {
  ...ours,
  kind: "CertificateImport",
  plural: "certificateimports",
};
export const CertificateDownloads: Resource<CertificateDownload & KubeObject> = {
  ...ours,
  kind: "CertificateDownload",
  plural: "certificatedownloads",
};
export const StoreDeployments: Resource<StoreDeployment & KubeObject> = {
  ...ours,
  kind: "StoreDeployment",
  plural: "storedeployments",
};
