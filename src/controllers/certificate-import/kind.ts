import type { CertificateImport } from "../../crds/index.ts";
import type { DeliveryKind } from "../delivery/kind.ts";
import { subjectOfImport } from "../delivery/subject.ts";
import { CertificateImports } from "../resources.ts";

/** A CertificateImport has one place, whose record is `status.delivery`; what its provider tells stands in a block of its own. */
export const importKind = (providers: readonly string[]): DeliveryKind<CertificateImport> => ({
  kind: "CertificateImport",
  resource: CertificateImports,
  subjectOf: (object) => subjectOfImport(object, providers),
  recordsStatus: ({ records, reports }) => {
    const delivery = records.get("");
    return { ...(delivery === undefined ? {} : { delivery }), ...reports };
  },
});
