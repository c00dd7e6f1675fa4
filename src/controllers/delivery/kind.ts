import type {
  CertificateDownload,
  CertificateDownloadStatus,
  CertificateImport,
  CertificateImportStatus,
  StoreDeployment,
  StoreDeploymentStatus,
} from "../../crds/index.ts";
import type { KubeObject, Resource } from "../../kube/index.ts";
import type { Draft } from "./draft.ts";
import type { Subject } from "./subject.ts";

/** The status of all kinds that deliver but for their records. */
export type CommonStatus = Omit<
  CertificateImportStatus & StoreDeploymentStatus & CertificateDownloadStatus,
  "delivery" | "targets"
>;

export type DeliveryObject = CertificateImport | StoreDeployment | CertificateDownload;

/** What the delivery controllers need to know of a kind that delivers. */
export interface DeliveryKind<T extends DeliveryObject = DeliveryObject> {
  readonly kind: Subject["kind"];
  readonly resource: Resource<T & KubeObject>;
  subjectOf(object: T): Subject;
  /** Where this kind keeps the records of its deliveries, and what providers tell of them. */
  recordsStatus(draft: Pick<Draft, "records" | "reports">, order: readonly string[]): object;
}
