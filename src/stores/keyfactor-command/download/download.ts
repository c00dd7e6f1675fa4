import type { KeyfactorCommandDownload } from "../../../crds/index.ts";
import type { Download, Remote } from "../../contract.ts";
import { WaitingError } from "../../errors.ts";
import { downloadCertificate } from "../api/download-certificate.ts";
import { cleaned } from "../../http/index.ts";
import type { Command } from "../command.ts";
import { CommandRefusal } from "../failure.ts";
import { inOrder } from "./order.ts";
import { downloadCall } from "./request.ts";

/** Takes a certificate out of Command. Throws what `downloadCall` throws, and `WaitingError` `CertificateMissing`. */
export async function downloadFrom(
  { client, scope }: Command,
  block: KeyfactorCommandDownload,
  imported: Remote | undefined,
  signal: AbortSignal,
): Promise<Download> {
  const call = downloadCall(block, imported, await client.version(signal), scope.collectionId);
  try {
    const { content, fileName } = await downloadCertificate(client, call, signal);
    const { chainOrder, format } = block;
    return {
      content: chainOrder !== undefined && format === "PEM" ? inOrder(content, chainOrder) : content,
      fileName: fileName === undefined ? undefined : cleaned(fileName, 256),
    };
  } catch (error) {
    throw error instanceof CommandRefusal && error.status === 404 && error.reason === "Refused"
      ? new WaitingError(
          "CertificateMissing",
          "Command has no such certificate that the store's account may see; it is waited for.",
          { cause: error },
        )
      : error;
  }
}
