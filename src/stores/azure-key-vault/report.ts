import type { KeyVaultCertificateWithPolicy } from "@azure/keyvault-certificates";
import { timestamp } from "../../crds/index.ts";
import type { Report } from "../contract.ts";

/** The certificate for `status.azureKeyVault`. */
export function reportOf({ properties, keyId, secretId }: KeyVaultCertificateWithPolicy): Report {
  const { id, version, enabled, recoveryLevel, recoverableDays, createdOn, updatedOn } = properties;
  const all = {
    id,
    keyId,
    secretId,
    policyId: `${nameId(properties)}/policy`,
    version,
    enabled,
    recoveryLevel,
    recoverableDays,
    created: createdOn && timestamp(createdOn),
    updated: updatedOn && timestamp(updatedOn),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The address of a certificate whatever its version. */
export function nameId({ vaultUrl, name }: KeyVaultCertificateWithPolicy["properties"]): string {
  return `${vaultUrl}/certificates/${name}`;
}
