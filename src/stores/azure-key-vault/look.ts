import type { DeletedCertificate, KeyVaultCertificateWithPolicy } from "@azure/keyvault-certificates";
import type { CertificatesClient } from "./client.ts";
import { sameLeaf } from "./compare.ts";
import { isMissingRight } from "./failure.ts";
import { readMark } from "./mark.ts";
import { isRefusal } from "./refusal.ts";
import { type ChainLook, readChain } from "./secret.ts";
import type { Vault } from "./vault.ts";
import type { Wanted } from "./wanted.ts";

/** What a name in a vault stands for now. */
export type Look =
  | { readonly is: "Certificate"; readonly certificate: KeyVaultCertificateWithPolicy; readonly beside?: ChainLook }
  | { readonly is: "Deleted"; readonly deleted: DeletedCertificate }
  /** A key or a secret without a certificate. */
  | { readonly is: "Other"; readonly kind: "key" | "secret" }
  | { readonly is: "Free" };

/**
 * Looks at a name, and at the chain where the leaf is the one that is wanted: our mark tells it, else the secret, where the private
 * key lies, too. Throws `VaultRefusal`.
 */
export async function lookAt(
  vault: Vault,
  client: CertificatesClient,
  { name, wanted }: { name: string; wanted: Pick<Wanted, "leaf" | "mark"> },
  signal: AbortSignal,
): Promise<Look> {
  const certificate = await client.get(name, signal);
  if (certificate !== undefined) {
    const { version, tags } = certificate.properties;
    const noted = readMark(tags);
    if (noted?.mark === wanted.mark && noted.chain !== undefined) {
      return { is: "Certificate", certificate, beside: { chain: noted.chain } };
    }
    if (version === undefined || !sameLeaf(certificate, wanted)) return { is: "Certificate", certificate };
    const beside = await readChain(vault, { name, version, leaf: wanted.leaf }, signal);
    return { is: "Certificate", certificate, beside };
  }
  const deleted = await unlessForbidden(() => client.getDeleted(name, signal));
  if (deleted !== undefined) return { is: "Deleted", deleted };
  for (const kind of ["secret", "key"] as const) {
    if (await isThere(vault, `/${kind}s/${name}/versions`, signal)) return { is: "Other", kind };
  }
  return { is: "Free" };
}

/** By the list of versions, which holds no values. */
async function isThere(vault: Vault, path: string, signal: AbortSignal): Promise<boolean> {
  const answer = await unlessForbidden(() => vault.call("GET", path, { query: "maxresults=1&", signal }));
  const { value } = Object(answer?.json) as { value?: unknown };
  return Array.isArray(value) && value.length > 0;
}

/** Rights beyond those on certificates tell more, and are not needed: an import is refused where the name is taken. */
async function unlessForbidden<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error, 404) || (isRefusal(error, 403) && isMissingRight(error))) return undefined;
    throw error;
  }
}

/** Text that is another one when anything has changed since. */
export function stateOf(look: Look): string {
  if (look.is !== "Certificate") return JSON.stringify(look);
  const { cer: _cer, ...rest } = look.certificate;
  return JSON.stringify(rest);
}
