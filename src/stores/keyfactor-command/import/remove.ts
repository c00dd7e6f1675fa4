import type { RemovalContext, RemoveResult } from "../../contract.ts";
import { BlockedError } from "../../errors.ts";
import { certificateByThumbprint } from "../api/certificates.ts";
import { deleteCertificate } from "../api/delete-certificate.ts";
import type { Command } from "../command.ts";
import { readImportKey } from "./place-key.ts";

/**
 * Deletes what an import has brought into Command, unless another one of ours has brought the same: then it stays, and `left`
 * says so.
 */
export async function removeImport(
  command: Command,
  key: string,
  { others = [] }: Pick<RemovalContext, "others">,
  signal: AbortSignal,
): Promise<RemoveResult> {
  const { installation, thumbprint, before } = readImportKey(key);
  if (installation !== command.installation) {
    const message = `The certificate was imported into ${installation}, and the store leads to ${command.installation} now. Have it lead there again, or delete the certificate there by hand.`;
    throw new BlockedError("StoreLeadsElsewhere", message);
  }
  const wanted = new Set(others.flatMap((other) => readImportKey(other).thumbprint ?? []));
  const ours = [thumbprint, before].filter((one) => one !== undefined);
  for (const one of ours.filter((one) => !wanted.has(one))) {
    const row = await certificateByThumbprint(command.client, one, command.scope, signal);
    if (row !== undefined) await deleteCertificate(command.client, row.Id, command.scope, signal);
  }
  const shared = ours.find((one) => wanted.has(one));
  if (shared === undefined) return {};
  return { left: `Certificate ${shared} stays in ${installation}: another CertificateImport holds it as well.` };
}
