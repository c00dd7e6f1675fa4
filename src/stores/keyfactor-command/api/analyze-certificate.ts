import * as z from "zod";
import { members, read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";
import type { ImportRequest } from "./import-certificate.ts";

const answer = z.array(members({ Thumbprint: z.string() }));

/** POST /Certificates/Analyze: the SHA-1 of each certificate that Command reads in the file, in upper case. Stores nothing. */
export async function analyzeCertificate(
  client: CommandClient,
  file: Pick<ImportRequest, "Certificate" | "Password">,
  signal: AbortSignal,
): Promise<string[]> {
  const doing = "analyze a certificate file";
  const secrets = file.Password === undefined ? [] : [file.Password];
  const { body } = await client.call(
    { method: "POST", path: "/Certificates/Analyze", body: file, reads: true, doing, rights: [rights.import], secrets },
    signal,
  );
  return read(answer, body, doing).map(({ Thumbprint }) => Thumbprint.toUpperCase());
}
