import type { CertificateImport } from "../../crds/index.ts";
import type { DeliveryKind } from "../delivery/kind.ts";
import { subjectOfImport } from "../delivery/subject.ts";
import { CertificateImports } from "../resources.ts";

/** A CertificateImport has one place, whose record is `status.delivery`. */
export const importKind = (providers: readonly string[]): DeliveryKind<CertificateImport> => ({
  kind: "CertificateImport",
  resource: CertificateImports,
  subjectOf: (object) => subjectOfImport(object, providers),
  recordsStatus: (records) => {
    const delivery = records.get("");
    return delivery === undefined ? {} : { delivery };
  },
});
