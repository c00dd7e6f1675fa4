import type { AzureKeyVaultDownload } from "../../crds/index.ts";
import { encode } from "../../formats/index.ts";
import type { Download, DownloadRequest } from "../contract.ts";
import { WaitingError } from "../errors.ts";
import { asking } from "./failure.ts";
import type { Access } from "./place.ts";

/** Which certificate of a vault is asked for. */
interface Asked {
  readonly name: string;
  /** The newest when absent. */
  readonly version?: string | undefined;
}

/** The API server has validated the block by the CRD; one that names an import is asked once that has brought something in. */
export function askedFor({ block, imported }: DownloadRequest): Asked {
  const { certificate } = block as AzureKeyVaultDownload;
  if (certificate.name !== undefined) return { name: certificate.name, version: certificate.version };
  return { name: imported?.id.split("/").at(-1) ?? "", version: imported?.version };
}

/** The certificate alone. Throws `WaitingError` `CertificateMissing`. */
export async function downloadFrom(
  { vault, client }: Access,
  request: DownloadRequest,
  signal: AbortSignal,
): Promise<Download> {
  const { name, version } = askedFor(request);
  const { format } = request.block as AzureKeyVaultDownload;
  const cer = await certificateIn({ vault, client }, { name, version }, signal);
  if (cer === undefined) {
    const which = version === undefined ? name : `${name} in version ${version}`;
    const message = `The vault ${vault.host} has no certificate ${which} yet; it is waited for.`;
    throw new WaitingError("CertificateMissing", message);
  }
  const bundle = { leaf: Buffer.from(cer), chain: [], trusted: [] };
  const content = await encode(bundle, { format, content: "Leaf" });
  return { content, fileName: `${name}.${format === "PEM" ? "pem" : "cer"}` };
}

async function certificateIn(
  { vault, client }: Access,
  { name, version }: Asked,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const found = await asking<{ cer?: Uint8Array } | undefined>({ verb: "get", name, host: vault.host }, () =>
    version === undefined ? client.get(name, signal) : client.getVersion(name, version, signal),
  );
  return found?.cer;
}
