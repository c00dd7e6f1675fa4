import type { KeyUsage } from "../../formats/index.ts";
import type { VaultKey } from "./key.ts";

/**
 * Usages that become operations of the key which no EC key has. A vault takes them from the certificate where the policy names none,
 * and then refuses it ("Unsupported key operation(s)", Azure/AzureKeyVault issue 22); cert-manager gives key encipherment to all keys.
 */
const enciphering: ReadonlySet<string> = new Set<KeyUsage>([
  "keyEncipherment",
  "dataEncipherment",
  "encipherOnly",
  "decipherOnly",
]);

/** What of these usages the key cannot have. */
export function impossible<Usage extends string>(usages: readonly Usage[], key: VaultKey): Usage[] {
  return key.type === "EC" ? usages.filter((usage) => enciphering.has(usage)) : [];
}

/** The usages of the policy where nobody names them: the vault's own choice, unless it would refuse the certificate for it. */
export function defaultUsages(usages: readonly KeyUsage[], key: VaultKey): readonly KeyUsage[] | undefined {
  const without = new Set(impossible(usages, key));
  return without.size === 0 ? undefined : usages.filter((usage) => !without.has(usage));
}
