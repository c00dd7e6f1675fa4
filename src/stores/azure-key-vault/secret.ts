import { decode, FormatError } from "../../formats/index.ts";
import { isMissingRight } from "./failure.ts";
import { chainDigest } from "./mark.ts";
import { isRefusal } from "./refusal.ts";
import type { Vault } from "./vault.ts";

/** Digest of the certificates beside the leaf, or why nobody can tell. */
export type ChainLook = { readonly chain: string } | { readonly chain?: never; readonly unread: string };

/**
 * The certificates that lie beside the leaf in a version. They are in its secret alone, with the private key, which is wiped at
 * once. Throws `VaultRefusal` for what is neither a missing right nor a disabled secret.
 */
export async function readChain(
  vault: Vault,
  { name, version, leaf }: { name: string; version: string; leaf: Buffer },
  signal: AbortSignal,
): Promise<ChainLook> {
  try {
    const { json } = await vault.call("GET", `/secrets/${name}/${version}`, { signal });
    const { value, contentType } = Object(json) as { value?: unknown; contentType?: unknown };
    const encoding = contentType === "application/x-pem-file" ? "utf8" : "base64";
    const certificates = await certificatesIn(Buffer.from(String(value), encoding), signal);
    return { chain: chainDigest(certificates.filter((der) => !der.equals(leaf))) };
  } catch (error) {
    if (error instanceof FormatError) return { unread: `its secret does not read as ${error.code}` };
    if (!isRefusal(error, 403)) throw error;
    if (isMissingRight(error)) {
      return { unread: "the store may not read the secret: grant it Key Vault Secrets User to have it compared" };
    }
    if (error.inner.endsWith("Disabled")) return { unread: "the certificate is disabled" };
    throw error;
  }
}

async function certificatesIn(file: Buffer, signal: AbortSignal): Promise<Buffer[]> {
  try {
    const { certificates, keys } = await decode(file, {
      password: Buffer.alloc(0),
      allowUnauthenticated: true,
      signal,
    });
    for (const { pkcs8 } of keys) pkcs8.fill(0);
    return certificates.map(({ der }) => der);
  } finally {
    file.fill(0);
  }
}
