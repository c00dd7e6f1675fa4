import { badParameter } from "../http/refusal.ts";
import type { Policy } from "./policy.ts";

/** Operations that a key gets by the policy's key usages (the vendor's "Mapping X.509 usage to key operations" [D]), but sign and verify. */
const encrypting: Readonly<Record<string, readonly string[]>> = {
  keyEncipherment: ["wrapKey", "unwrapKey"],
  dataEncipherment: ["encrypt", "decrypt"],
  encipherOnly: ["encrypt"],
  decipherOnly: ["decrypt"],
};

/** An EC key can only sign: users who import certificates with these usages quote the refusal [C] (Azure/AzureKeyVault#22). */
export function checkKeyOperations({ key_props: { kty }, x509_props: { key_usage } }: Policy): void {
  if (!kty.startsWith("EC")) return;
  const operations = new Set(key_usage.flatMap((usage) => encrypting[usage] ?? []));
  if (operations.size === 0) return;
  const quoted = [...operations].map((operation) => `"${operation}"`).join(", ");
  throw badParameter(`Unsupported key operation(s): ${quoted}. Supported values are "sign", "verify".`);
}
