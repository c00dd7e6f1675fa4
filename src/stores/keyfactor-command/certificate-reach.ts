import type { CommandCertificate, KeyfactorCommandDownload } from "../../crds/index.ts";
import type { DownloadRequest } from "../contract.ts";

/**
 * How the grants of a ClusterCertificateStore name a certificate that a download takes out: `certificates/<id>`, or with its
 * thumbprint or serial number, in upper case, instead of the id.
 */
export function reachOfDownload({ block, imported }: DownloadRequest): string {
  const { id, thumbprint, serialNumber } = (block as KeyfactorCommandDownload).certificate;
  return placeOf(id ?? thumbprint?.toUpperCase() ?? serialNumber?.toUpperCase() ?? imported?.id ?? "");
}

/**
 * As `reachOfDownload`, of a certificate that a deployment takes with its key (`spec.commandCertificate`); one that is named by its
 * request is `certificates/requests/<id>`.
 */
export function reachOfHeld(certificate: unknown): string[] {
  const { id, thumbprint, requestId } = certificate as CommandCertificate;
  const names = [id, thumbprint?.toUpperCase(), requestId === undefined ? undefined : `requests/${requestId}`];
  return names.flatMap((name) => (name === undefined ? [] : [placeOf(name)]));
}

function placeOf(name: string | number): string {
  return `certificates/${name}`;
}
