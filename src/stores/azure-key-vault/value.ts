import { randomBytes } from "node:crypto";
import { encode } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";

/** What a vault is sent as the certificate: the members `value` and `pwd` of an import. */
export interface ImportValue {
  readonly value: string;
  readonly pwd?: string;
}

/**
 * The bundle as a vault takes it. PEM is its text: the key first, PKCS#8, line feeds only. PFX goes as base64 under a password of
 * its own for each import; 3DES with SHA-1, since the service has refused AES with SHA-256 where it took those
 * (MicrosoftDocs/azure-docs issue 39861), and TLS is what protects it on its way.
 */
export async function importValue(
  { bundle, chain }: Pick<Desired, "bundle" | "chain">,
  contentType: "PKCS12" | "PEM",
  signal: AbortSignal,
): Promise<ImportValue> {
  const along = { chain: chain.include, root: chain.root };
  if (contentType === "PEM") {
    const pem = await encode(bundle, { format: "CombinedPEM", ...along });
    const value = pem.toString("latin1");
    pem.fill(0);
    return { value };
  }
  const pwd = randomBytes(24).toString("base64url");
  const password = Buffer.from(pwd);
  try {
    const pfx = await encode(bundle, { format: "PKCS12", profile: "LegacyDES", password, ...along, signal });
    const value = pfx.toString("base64");
    pfx.fill(0);
    return { value, pwd };
  } finally {
    password.fill(0);
  }
}
