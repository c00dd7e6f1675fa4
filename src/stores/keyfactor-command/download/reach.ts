import type { KeyfactorCommandDownload } from "../../../crds/index.ts";
import type { DownloadRequest } from "../../contract.ts";

/**
 * How the grants of a ClusterCertificateStore name the certificate of a download: `certificates/<id>`, or with the thumbprint or
 * serial number, in upper case, instead of the id.
 */
export function reachOfDownload({ block, imported }: DownloadRequest): string {
  const { id, thumbprint, serialNumber } = (block as KeyfactorCommandDownload).certificate;
  const name = id ?? thumbprint?.toUpperCase() ?? serialNumber?.toUpperCase() ?? imported?.id ?? "";
  return `certificates/${name}`;
}
