import type { RemoveResult } from "../../contract.ts";
import { BlockedError } from "../../errors.ts";
import { certificateByThumbprint } from "../api/certificates.ts";
import { deleteCertificate } from "../api/delete-certificate.ts";
import type { Command } from "../command.ts";
import { readImportKey } from "./place-key.ts";

/** Deletes what an import has brought into Command. */
export async function removeImport(command: Command, key: string, signal: AbortSignal): Promise<RemoveResult> {
  const { installation, thumbprints } = readImportKey(key);
  if (installation !== command.installation) {
    const message = `The certificate was imported into ${installation}, and the store leads to ${command.installation} now. Have it lead there again, or delete the certificate there by hand.`;
    throw new BlockedError("StoreLeadsElsewhere", message);
  }
  for (const thumbprint of thumbprints) {
    const row = await certificateByThumbprint(command.client, thumbprint, command.scope, signal);
    if (row !== undefined) await deleteCertificate(command.client, row.Id, command.scope, signal);
  }
  return {};
}
