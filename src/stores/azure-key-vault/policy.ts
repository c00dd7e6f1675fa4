import type { ImportCertificatePolicy, LifetimeAction } from "@azure/keyvault-certificates";
import type { AzureKeyVaultTarget } from "../../crds/index.ts";
import type { KeyUsage } from "../../formats/index.ts";
import { TerminalError } from "../errors.ts";
import { defaultUsages, impossible } from "./key-usage.ts";
import type { VaultKey } from "./key.ts";

/** A certificate's policy, in the words of Azure's own package. */
export type Policy = ImportCertificatePolicy;
type PolicyBlock = NonNullable<AzureKeyVaultTarget["policy"]>;

export const contentTypes = { PKCS12: "application/x-pkcs12", PEM: "application/x-pem-file" } as const;

/** What a vault does when nobody says what. */
export const mailOnly: readonly LifetimeAction[] = [{ action: "EmailContacts", lifetimePercentage: 80 }];

/**
 * What a block says of the policy, and what its unset fields mean; fields that are left to the vault are absent. Throws
 * `TerminalError` `PolicyMismatch` where it is not true of the key.
 * @param usages of the key, as the certificate says
 */
export function policyOf(block: PolicyBlock = {}, key: VaultKey, usages: readonly KeyUsage[] = []): Policy {
  checkKey(block, key);
  const { x509, issuer, lifetimeActions } = block;
  const sans = sansOf(x509?.sans);
  return present({
    exportable: block.exportable ?? true,
    keyType: block.keyType,
    keySize: block.keySize,
    keyCurveName: block.curve,
    reuseKey: block.reuseKey ?? false,
    contentType: contentTypes[block.contentType ?? "PKCS12"],
    subject: x509?.subject,
    enhancedKeyUsage: x509?.ekus,
    keyUsage: x509?.keyUsages ?? defaultUsages(usages, key),
    validityInMonths: x509?.validityMonths,
    subjectAlternativeNames: Object.keys(sans).length === 0 ? undefined : sans,
    issuerName: issuer?.name ?? "Unknown",
    certificateType: issuer?.certificateType,
    certificateTransparency: issuer?.certificateTransparency,
    lifetimeActions: lifetimeActions?.map(({ action, trigger }) => ({ action, ...trigger })),
  }) as Policy;
}

function sansOf(sans: NonNullable<PolicyBlock["x509"]>["sans"]) {
  return present({
    dnsNames: sans?.dnsNames,
    emails: sans?.emails,
    userPrincipalNames: sans?.upns,
    uniformResourceIdentifiers: sans?.uris,
    ipAddresses: sans?.ipAddresses,
  });
}

function checkKey({ keyType, keySize, curve, exportable, x509 }: PolicyBlock, key: VaultKey): void {
  const actual = key.type === "RSA" ? `RSA with ${key.size} bits` : `EC on ${key.curve}`;
  const wrong =
    (keyType !== undefined && !keyType.startsWith(key.type) && `keyType is ${keyType}`) ||
    (keySize !== undefined && (key.type !== "RSA" || key.size !== keySize) && `keySize is ${keySize}`) ||
    (curve !== undefined && (key.type !== "EC" || key.curve !== curve) && `curve is ${curve}`);
  if (wrong) {
    const message = `policy.${wrong}, and the certificate's key is ${actual}; leave it unset, or issue the certificate with such a key.`;
    throw new TerminalError("PolicyMismatch", message);
  }
  const [usage] = impossible(x509?.keyUsages ?? [], key);
  if (usage !== undefined) {
    const message = `policy.x509.keyUsages holds ${usage}, and an EC key can only sign; leave it out.`;
    throw new TerminalError("PolicyMismatch", message);
  }
  if (keyType?.endsWith("-HSM") === true && exportable !== false) {
    const message = `policy.keyType is ${keyType}, and what is in an HSM cannot be read again; set policy.exportable to false.`;
    throw new TerminalError("PolicyMismatch", message);
  }
}

/** The policy of an import, in the words of the wire: the vault takes AutoRenew only in a later change of the policy. */
export function importPolicy(policy: Policy, key: VaultKey): object {
  const sans = policy.subjectAlternativeNames;
  const actions = policy.lifetimeActions?.filter(({ action }) => action !== "AutoRenew");
  const x509 = present({
    subject: policy.subject,
    ekus: policy.enhancedKeyUsage,
    key_usage: policy.keyUsage,
    validity_months: policy.validityInMonths,
    sans:
      sans &&
      present({
        dns_names: sans.dnsNames,
        emails: sans.emails,
        upns: sans.userPrincipalNames,
        uris: sans.uniformResourceIdentifiers,
        ipAddresses: sans.ipAddresses,
      }),
  });
  return present({
    key_props: {
      exportable: policy.exportable,
      kty: policy.keyType ?? key.type,
      ...(key.type === "RSA" ? { key_size: key.size } : { crv: key.curve }),
      reuse_key: policy.reuseKey,
    },
    secret_props: { contentType: policy.contentType },
    x509_props: Object.keys(x509).length === 0 ? undefined : x509,
    issuer: present({
      name: policy.issuerName,
      cty: policy.certificateType,
      cert_transparency: policy.certificateTransparency,
    }),
    lifetime_actions: actions?.length ? actions.map(actionOnWire) : undefined,
  });
}

function actionOnWire({ action, daysBeforeExpiry, lifetimePercentage }: LifetimeAction): object {
  return {
    trigger: present({ days_before_expiry: daysBeforeExpiry, lifetime_percentage: lifetimePercentage }),
    action: { action_type: action },
  };
}

/** Without the fields that are undefined. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
