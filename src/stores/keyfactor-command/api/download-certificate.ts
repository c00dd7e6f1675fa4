import * as z from "zod";
import { members, read } from "../answer.ts";
import type { CommandClient, Call } from "../client.ts";
import type { Query } from "../query.ts";

export interface DownloadBody {
  readonly CertID?: number;
  readonly Thumbprint?: string;
  /** With IssuerDN. */
  readonly SerialNumber?: string;
  readonly IssuerDN?: string;
  readonly IncludeChain: boolean;
  readonly ChainOrder?: string;
  readonly IncludeSubjectHeader?: boolean;
  readonly FileExtension?: string;
  readonly MicrosoftTargetCSP?: string;
}

export interface DownloadCall extends Pick<Call, "rights"> {
  /** Value of `x-certificateformat`. */
  readonly format: string;
  readonly query: Query;
  readonly body: DownloadBody;
}

const answer = members({ Content: z.string() });

/** POST /Certificates/Download: the file's bytes, and its name from `X-CertificateFile`. Changes nothing. */
export async function downloadCertificate(
  client: CommandClient,
  { format, query, body, rights }: DownloadCall,
  signal: AbortSignal,
): Promise<{ readonly content: Buffer; readonly fileName: string | undefined }> {
  const doing = "download a certificate";
  const headers = { "x-certificateformat": format };
  const given = await client.call(
    { method: "POST", path: "/Certificates/Download", query, body, headers, reads: true, doing, rights },
    signal,
  );
  const { Content } = read(answer, given.body, doing);
  return { content: Buffer.from(Content, "base64"), fileName: given.headers["x-certificatefile"] };
}
