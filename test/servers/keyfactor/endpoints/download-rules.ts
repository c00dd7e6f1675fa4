import type { Command } from "../command.ts";
import { badRequest, noCertificateFormat } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import type { Features } from "../version.ts";
import type { DownloadRequest } from "./download.ts";

export type DownloadFormat = "DER" | "PEM" | "P7B" | "CER" | "CRT";

/** With which formats an extension goes (C.4 [S]). */
const extensions: Readonly<Record<string, readonly DownloadFormat[]>> = {
  CER: ["CER", "DER", "PEM"],
  CRT: ["CRT", "DER", "PEM"],
  PEM: ["PEM"],
  P7B: ["P7B"],
};

/** The extension of a format where none is asked for (C.4 [S]). */
const extensionOf: Readonly<Record<DownloadFormat, string>> = {
  CER: "CER",
  CRT: "CRT",
  DER: "CER",
  P7B: "P7B",
  PEM: "PEM",
};

/** The header names it (C.4 [S]). */
export function formatOf(header: string | string[] | undefined, features: Features): DownloadFormat {
  if (typeof header !== "string" || header === "") throw noCertificateFormat();
  const format = header.toUpperCase();
  if (format === "DER" || format === "PEM" || format === "P7B") return format;
  // After 25.1.1 (A.16).
  if ((format === "CER" || format === "CRT") && features.downloadFileNames) return format;
  throw badRequest(`The certificate format '${header}' is not supported.`);
}

/** C.4 [S], D8. */
export function checkDownload(format: DownloadFormat, request: DownloadRequest, { settings, features }: Command): void {
  const { CertID, Thumbprint, SerialNumber, IssuerDN, FileExtension: extension, MicrosoftTargetCSP: csp } = request;
  if (!CertID && !Thumbprint && !(SerialNumber && IssuerDN)) {
    throw badRequest("Give CertID, Thumbprint, or SerialNumber with IssuerDN.");
  }
  const withChain = request.IncludeChain === true;
  if (format === "DER" && withChain) throw badRequest("DER has no room for the chain.");
  if (format === "P7B" && !withChain) throw badRequest("P7B needs IncludeChain.");
  if (!features.downloadFileNames) return;
  if (extension && extensions[extension.toUpperCase()]?.includes(format) !== true) {
    throw badRequest(`The file extension '${extension}' does not go with format ${format}.`);
  }
  if (csp && !settings.csps.includes(csp)) throw badRequest(`The target CSP '${csp}' is not allowed.`);
}

/** From the common name and the extension (C.4 [S]); what the setting makes of periods is a guess [I]. */
export function fileName(
  { facts }: Certificate,
  format: DownloadFormat,
  { FileExtension: asked }: DownloadRequest,
  { settings, features }: Command,
): string {
  const name = settings.periodsInFileNames ? facts.IssuedCN : facts.IssuedCN.replaceAll(".", "_");
  const extension = features.downloadFileNames && asked ? asked : extensionOf[format];
  return `${name}.${extension.toLowerCase()}`;
}
