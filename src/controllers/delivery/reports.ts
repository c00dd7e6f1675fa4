import type * as z from "zod";
import {
  azureKeyVaultImportStatus,
  type CertificateImportStatus,
  type DeliveryRecord,
  keyfactorCommandImportStatus,
} from "../../crds/index.ts";
import type { Told } from "../../delivery/index.ts";

/** What providers have told in their own blocks of a CertificateImport's status. */
export type Reports = Pick<CertificateImportStatus, keyof typeof schemas>;

const schemas = { keyfactorCommand: keyfactorCommandImportStatus, azureKeyVault: azureKeyVaultImportStatus };

/** A provider that has told something. */
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
  const name = Object.keys(schemas).find((known): known is keyof Reports => known === teller?.provider);
  if (name === undefined || teller?.told === undefined) return kept;
  const { by, report } = teller.told;
  const same = by === "Look" && before?.remote?.id === after.remote?.id;
  return { [name]: valid(schemas[name], { ...(same ? kept[name] : {}), ...report }) };
}

/** Without what the CRD would refuse: a status that is refused would lose the receipt that goes with it. */
function valid(schema: z.ZodObject, report: object): object {
  const fields = Object.entries(report).flatMap(([field, value]) => {
    const parsed = schema.shape[field]?.safeParse(value);
    return parsed?.success === true && parsed.data !== undefined ? [[field, parsed.data] as const] : [];
  });
  return Object.fromEntries(fields);
}
