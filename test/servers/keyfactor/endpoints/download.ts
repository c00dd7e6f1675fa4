import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest, notFound } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import { pemOf } from "../files/pem.ts";
import { pkcs7Of } from "../files/pkcs7.ts";
import { checkDownload, fileName, formatOf } from "./download-rules.ts";

/** A.12 [O]. */
const body = members({
  CertID: z.int().nullish(),
  SerialNumber: z.string().nullish(),
  IssuerDN: z.string().nullish(),
  Thumbprint: z.string().nullish(),
  IncludeChain: z.boolean().nullish(),
  IncludeSubjectHeader: z.boolean().nullish(),
  FriendlyName: z.string().nullish(),
  ChainOrder: z.enum(["EndEntityFirst", "RootFirst"]).nullish(),
  FileExtension: z.string().nullish(),
  MicrosoftTargetCSP: z.string().nullish(),
});
export type DownloadRequest = z.output<typeof body>;

/** The certificate without its key. */
export const downloadCertificate: Endpoint = {
  method: "POST",
  path: "/Certificates/Download",
  handle: (call) => {
    allowed(call);
    const format = formatOf(call.headers["x-certificateformat"], call.command.features);
    const request = call.read(body);
    checkDownload(format, request, call.command);
    const leaf = selected(call, request);
    // With CER and CRT it is ignored (C.4 [S]).
    const withChain = request.IncludeChain === true && (format === "PEM" || format === "P7B");
    const certificates = withChain ? chain(call, leaf) : [leaf];
    const content =
      format === "P7B" ? p7b(call, certificates) : format === "DER" ? leaf.x509.raw : pem(call, request, certificates);
    return ok(
      { Content: content.toString("base64") },
      { "X-CertificateFile": fileName(leaf, format, request, call.command) },
    );
  },
};

/** Collections read or stores read; of two scopes the collection wins (A.3 [S], C.4 [S]). */
function allowed(call: Call): void {
  const collection = call.query.id("collectionId");
  const container = call.command.features.downloadContainer ? call.query.id("containerId") : 0;
  if (call.may("/certificates/collections/read/", collection)) return;
  call.requires("/certificate_stores/read/", collection === 0 ? container : 0);
}

/** By CertID, by thumbprint, or by serial number with issuer (C.4 [S]). */
function selected({ command }: Call, request: DownloadRequest): Certificate {
  const { CertID, Thumbprint, SerialNumber, IssuerDN } = request;
  const found = CertID
    ? command.certificate(CertID)
    : command.certificates
        .all()
        .find(({ facts }) =>
          Thumbprint
            ? same(facts.Thumbprint, Thumbprint)
            : same(facts.SerialNumber, SerialNumber) && same(facts.IssuerDN, IssuerDN),
        );
  if (found === undefined) throw notFound("The certificate");
  return found;
}

/** In any case, and whatever white space stands behind the commas of a name [I]. */
function same(one: string, other: string | null | undefined): boolean {
  const plain = (text: string): string => text.replaceAll(/\s*,\s*/g, ",").toLowerCase();
  return plain(one) === plain(other ?? "");
}

/** All of it must be in Command (C.4 [S]); what it says where not is [U]. */
function chain({ command }: Call, leaf: Certificate): Certificate[] {
  const certificates = command.certificates.chainOf(leaf);
  if (certificates === undefined) throw badRequest("The certificate's chain is not complete.");
  return certificates;
}

/** In the setting's order, not the request's: the order of a chain cannot be trusted (A.12 [K]). */
function p7b({ command }: Call, certificates: readonly Certificate[]): Buffer {
  const ders = certificates.map(({ x509 }) => x509.raw);
  return pkcs7Of(command.settings.p7bOrder === "RootFirst" ? ders.reverse() : ders);
}

/** Each certificate has a line of text before it unless that is refused; what it looks like is not known (F.3 [U]). */
function pem({ command }: Call, request: DownloadRequest, certificates: readonly Certificate[]): Buffer {
  const headed = command.features.subjectHeader && request.IncludeSubjectHeader !== false;
  const parts = certificates.map(({ x509, facts }) => `${headed ? `${facts.IssuedDN}\n` : ""}${pemOf(x509.raw)}`);
  const ordered = request.ChainOrder === "RootFirst" && command.features.downloadChainOrder ? parts.reverse() : parts;
  return Buffer.from(ordered.join(""));
}
