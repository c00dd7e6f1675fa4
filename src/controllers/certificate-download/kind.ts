import type { CertificateDownload } from "../../crds/index.ts";
import type { DeliveryKind } from "../delivery/kind.ts";
import { CertificateDownloads } from "../resources.ts";
import { subjectOfDownload } from "./subject.ts";

/** A CertificateDownload has one place, whose record is `status.delivery`; its source is a store. */
export const downloadKind = (providers: readonly string[]): DeliveryKind<CertificateDownload> => ({
  kind: "CertificateDownload",
  resource: CertificateDownloads,
  subjectOf: (object) => subjectOfDownload(object, providers),
  recordsStatus: ({ records }) => {
    const delivery = records.get("");
    return delivery === undefined ? {} : { delivery };
  },
});
