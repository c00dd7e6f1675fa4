import type { CertificateDownload } from "../../crds/index.ts";
import { blockOf, common, type Subject, type Target } from "../delivery/subject.ts";

/**
 * A CertificateDownload as a subject with one target. The place follows the store whatever that holds: there is no policy for
 * drift and downgrade that a user could turn.
 * @param providers names of all that there are: which field is the block
 */
export function subjectOfDownload(object: CertificateDownload, providers: readonly string[]): Subject {
  const { spec, status } = object;
  const { storeRef: into, ...place } = spec.target;
  const target: Target = {
    name: "",
    storeRef: into,
    provider: "kubernetes",
    block: place,
    chain: { include: true, root: "Include" },
    privateKey: "Exclude",
    policies: {
      adoptionPolicy: spec.adoptionPolicy ?? "IfMatching",
      deletionPolicy: spec.deletionPolicy ?? "Retain",
      driftPolicy: "Repair",
      downgradePolicy: "Allow",
    },
    suspended: false,
  };
  const from = blockOf({ ...spec }, providers);
  const download = { storeRef: spec.storeRef, ...from, importName: importNameOf(from.block) };
  const records = new Map(status?.delivery === undefined ? [] : [["", status.delivery]]);
  return { kind: "CertificateDownload", ...common(object), source: { download }, targets: [target], records };
}

/** Every provider's block names an import in one way. */
function importNameOf(block: unknown): string | undefined {
  const { certificate } = (block ?? {}) as { certificate?: { importRef?: { name: string } } };
  return certificate?.importRef?.name;
}
