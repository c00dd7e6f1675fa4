import * as z from "zod";
import type { Command } from "../command.ts";
import { badRequest } from "../http/refusal.ts";

/** Values by the names of fields (A.6 [O]). */
export const metadata = z.record(z.string(), z.string());

/** Each must be a field that there is (C.1 [S]). What `DataType` and `Validation` forbid is not published [U]. */
export function checkMetadata({ settings }: Command, values: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(values).find((name) => !settings.metadataFields.includes(name));
  if (unknown !== undefined) throw badRequest(`The metadata field '${unknown}' does not exist.`);
}
