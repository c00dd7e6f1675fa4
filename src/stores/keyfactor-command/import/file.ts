import { randomBytes } from "node:crypto";
import type { KeyfactorCommandStoreBlock } from "../../../crds/index.ts";
import { encode, FormatError } from "../../../formats/index.ts";
import type { Desired } from "../../contract.ts";
import { formatFailure } from "../../format-failure.ts";
import type { ImportRequest } from "../api/import-certificate.ts";

type Profile = KeyfactorCommandStoreBlock["pfxProfile"];

/**
 * The certificate as Import and Analyze take it. With its key it goes as a PKCS#12 under a password made for this call, since
 * Command passes over the key in a PEM; without one it goes as PEM, the leaf first, of which Command imports the first. Throws
 * `TerminalError` with the codes of the formats.
 */
export async function certificateFile(
  { bundle, chain }: Desired,
  profile: Profile = "Modern2023",
): Promise<Pick<ImportRequest, "Certificate" | "Password">> {
  const options = { chain: chain.include, root: chain.root };
  if (bundle.key === undefined)
    return { Certificate: await base64Of(() => encode(bundle, { ...options, format: "PEM" })) };
  const Password = randomBytes(24).toString("base64url");
  const password = Buffer.from(Password);
  try {
    const Certificate = await base64Of(() => encode(bundle, { ...options, format: "PKCS12", profile, password }));
    return { Certificate, Password };
  } finally {
    password.fill(0);
  }
}

async function base64Of(encode: () => Promise<Buffer>): Promise<string> {
  const file = await encoded(encode);
  try {
    return file.toString("base64");
  } finally {
    file.fill(0);
  }
}

async function encoded(encode: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await encode();
  } catch (error) {
    throw error instanceof FormatError ? formatFailure(error, error.message) : error;
  }
}
