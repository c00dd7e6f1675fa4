import type { CommandCertificate } from "../../crds/index.ts";
import type { Held } from "../contract.ts";
import { TransientError, WaitingError } from "../errors.ts";
import {
  certificateById,
  certificateByRequest,
  certificateByThumbprint,
  type CommandCertificateRow,
} from "./api/certificates.ts";
import type { Command } from "./command.ts";

/**
 * A certificate that Command holds, however it came there. Throws `WaitingError` `CertificateMissing` while it is not there: one
 * that was requested may wait for a manager's approval.
 */
export async function heldIn(command: Command, wanted: CommandCertificate, signal: AbortSignal): Promise<Held> {
  const row = await find(command, wanted, signal);
  if (row === undefined) throw new WaitingError("CertificateMissing", missing(wanted));
  if (!row.ContentBytes) {
    throw new TransientError("StoreUnavailable", `Command does not give the content of certificate ${row.Id}.`, {
      happened: "no",
    });
  }
  const remote = { id: String(row.Id), version: row.Thumbprint.toUpperCase() };
  return { content: Buffer.from(row.ContentBytes, "base64"), remote };
}

/** An id or a thumbprint names the certificate; a request alone, what it was issued. */
async function find(
  { client, scope }: Command,
  { id, thumbprint, requestId }: CommandCertificate,
  signal: AbortSignal,
): Promise<CommandCertificateRow | undefined> {
  if (id !== undefined) return certificateById(client, id, scope, signal);
  if (thumbprint !== undefined) return certificateByThumbprint(client, thumbprint, scope, signal);
  return requestId === undefined ? undefined : certificateByRequest(client, requestId, scope, signal);
}

function missing({ id, thumbprint, requestId }: CommandCertificate): string {
  if (id !== undefined) return `Command has no certificate with id ${id} that the store's account may see.`;
  if (thumbprint !== undefined) {
    return `Command has no certificate with thumbprint ${thumbprint} that the store's account may see.`;
  }
  return `Command has issued nothing for request ${requestId} yet; if it waits for approval, approve it there.`;
}
