import type { KeyfactorCommandDownload } from "../../../crds/index.ts";
import type { Remote } from "../../contract.ts";
import { InternalDefect, TerminalError } from "../../errors.ts";
import type { DownloadBody, DownloadCall } from "../api/download-certificate.ts";
import { inCollection, rights } from "../rights.ts";
import type { CommandVersion } from "../version.ts";

/**
 * What Command is asked for. Throws `TerminalError` `VersionTooOld` for what this version surely does not have: it would pass
 * over it without a word.
 * @param collectionId the store's own
 */
export function downloadCall(
  block: KeyfactorCommandDownload,
  imported: Remote | undefined,
  version: CommandVersion,
  collectionId: number | undefined,
): DownloadCall {
  refuseWhatIsNewer(block, version);
  const { format, includeChain = false, chainOrder, includeSubjectHeader, fileExtension, microsoftTargetCSP } = block;
  const collection = block.collectionId ?? (block.containerId === undefined ? collectionId : undefined);
  const body: DownloadBody = {
    ...selector(block.certificate, imported),
    IncludeChain: includeChain,
    ...(chainOrder === undefined ? {} : { ChainOrder: chainOrder }),
    ...(includeSubjectHeader === undefined ? {} : { IncludeSubjectHeader: includeSubjectHeader }),
    ...(fileExtension === undefined ? {} : { FileExtension: fileExtension }),
    ...(microsoftTargetCSP === undefined ? {} : { MicrosoftTargetCSP: microsoftTargetCSP }),
  };
  const query = { collectionId: collection, containerId: block.containerId };
  return { format, query, body, rights: [...inCollection(rights.read, collection), rights.readStores] };
}

function selector(
  { id, thumbprint, serialNumber, issuerDN, importRef }: KeyfactorCommandDownload["certificate"],
  imported: Remote | undefined,
): Pick<DownloadBody, "CertID" | "Thumbprint" | "SerialNumber" | "IssuerDN"> {
  if (id !== undefined) return { CertID: id };
  if (thumbprint !== undefined) return { Thumbprint: thumbprint.toUpperCase() };
  if (serialNumber !== undefined && issuerDN !== undefined) return { SerialNumber: serialNumber, IssuerDN: issuerDN };
  if (importRef !== undefined && imported !== undefined) return { CertID: Number(imported.id) };
  throw new InternalDefect("a download comes without a certificate to ask for");
}

/** `chainOrder` alone needs no version: the chain of a PEM is put in order here. */
function refuseWhatIsNewer(block: KeyfactorCommandDownload, version: CommandVersion): void {
  const { format, fileExtension, microsoftTargetCSP, includeSubjectHeader, containerId } = block;
  const newer = [
    { field: `format: ${format}`, asked: format === "CER" || format === "CRT", since: [25, 2] },
    { field: "fileExtension", asked: fileExtension !== undefined, since: [25, 2] },
    { field: "microsoftTargetCSP", asked: microsoftTargetCSP !== undefined, since: [25, 2] },
    { field: "includeSubjectHeader", asked: includeSubjectHeader !== undefined, since: [25, 1] },
    { field: "containerId", asked: containerId !== undefined, since: [24, 4] },
  ] as const;
  const first = newer.find(({ asked, since: [major, minor] }) => asked && version.before(major, minor));
  if (first === undefined) return;
  const { field, since } = first;
  const message = `${field} needs Command ${since.join(".")} or later, and this is ${version.text}; leave it out, or use another value.`;
  throw new TerminalError("VersionTooOld", message);
}
