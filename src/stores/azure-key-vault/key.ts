import type { CertificateFacts } from "../../formats/index.ts";
import { TerminalError } from "../errors.ts";

type Curve = (typeof curves)[number];

/** A private key as a vault calls it. */
export type VaultKey = { readonly type: "RSA"; readonly size: number } | { readonly type: "EC"; readonly curve: Curve };

const sizes = [2048, 3072, 4096];
const curves = ["P-256", "P-384", "P-521", "P-256K"] as const;

/** The certificate's key. Throws `TerminalError` `UnsupportedKey` for one that a vault does not take. */
export function vaultKeyOf({ keyAlgorithm }: Pick<CertificateFacts, "keyAlgorithm">): VaultKey {
  const [kind, detail] = keyAlgorithm.split(" ");
  const size = sizes.find((one) => String(one) === detail);
  const curve = curves.find((one) => one === detail);
  if (kind === "RSA" && size !== undefined) return { type: "RSA", size };
  if (kind === "EC" && curve !== undefined) return { type: "EC", curve };
  const message = `Key Vault takes no key of the kind ${keyAlgorithm}: it takes RSA with 2048, 3072 or 4096 bits, and EC on P-256, P-384, P-521 or P-256K. Issue the certificate with such a key.`;
  throw new TerminalError("UnsupportedKey", message);
}
