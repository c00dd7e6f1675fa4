import type { CertificateImportStatus, DeliveryRecord } from "../../crds/index.ts";
import type { Told } from "../../delivery/index.ts";

/** The providers that have a block of their own in the status of a CertificateImport. */
export const reportNames = ["keyfactorCommand", "azureKeyVault"] as const;

/** What providers have told in their own blocks of a CertificateImport's status. */
export type Reports = Pick<CertificateImportStatus, (typeof reportNames)[number]>;

/** A provider that has told something: `toldInStatus`. */
export interface Teller {
  readonly provider: string;
  readonly told: Told | undefined;
}

/** The reports that a status shows. */
export function reportsIn({ keyfactorCommand, azureKeyVault }: Reports): Reports {
  return {
    ...(keyfactorCommand === undefined ? {} : { keyfactorCommand }),
    ...(azureKeyVault === undefined ? {} : { azureKeyVault }),
  };
}

/**
 * The reports after a run: they outlast runs that tell nothing, and go when the place moves. What a write tells stands for all
 * that was told before, what a look tells goes with what was told of the same thing in the place.
 */
export function reportsAfter(
  reports: Reports,
  before: DeliveryRecord | undefined,
  after: DeliveryRecord,
  teller?: Teller,
): Reports {
  const moved = before?.place !== undefined && before.place.address !== after.place?.address;
  const kept = moved ? {} : reports;
  const name = reportNames.find((known) => known === teller?.provider);
  if (name === undefined || teller?.told === undefined) return kept;
  const { by, report } = teller.told;
  const same = by === "Look" && before?.remote?.id === after.remote?.id;
  return { [name]: { ...(same ? kept[name] : {}), ...report } };
}
