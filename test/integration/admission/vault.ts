import {
  type AdmissionObject,
  atLeast,
  atMost,
  atMostItems,
  change,
  downloadOf,
  fields,
  importOf,
  matching,
  oneOf,
  type Row,
  row,
  store,
} from "./row.ts";

const clientId = "0f2c5d3e-93a4-4a6d-9f2a-9a3b7d1f0c55";
const tenantId = "contoso.onmicrosoft.com";
const ca = { name: "ca", key: "ca.crt" };
const vault = (more: object): AdmissionObject =>
  store({ azureKeyVault: { vaultUrl: "https://web.vault.azure.net", auth: { managedIdentity: {} }, ...more } });
const workload = (workloadIdentity: object): AdmissionObject => vault({ auth: { workloadIdentity } });

const storeRows: readonly Row[] = [
  row(
    "spec.azureKeyVault.auth",
    "exactly one of workloadIdentity, clientSecret, clientCertificate, managedIdentity must be set",
    vault({ auth: { clientSecret: { tenantId, clientId, secretRef: { name: "s", key: "k" } } } }),
    vault({ auth: { managedIdentity: {}, clientCertificate: { tenantId, clientId, secretRef: { name: "s" } } } }),
  ),
  row(
    "spec.azureKeyVault.auth.workloadIdentity",
    "with serviceAccountRef, tenantId and clientId must be set",
    workload({ serviceAccountRef: { name: "vault" }, tenantId, clientId }),
    workload({ serviceAccountRef: { name: "vault" }, tenantId }),
  ),
  row(
    "spec.azureKeyVault.auth.workloadIdentity.tenantId",
    matching("^[0-9a-zA-Z]([-.0-9a-zA-Z]*[0-9a-zA-Z])?$"),
    workload({ tenantId }),
    workload({ tenantId: "contoso/" }),
  ),
  row(
    "spec.azureKeyVault",
    "at most one of caSecretRef, caConfigMapRef may be set",
    vault({ caSecretRef: ca }),
    vault({ caSecretRef: ca, caConfigMapRef: ca }),
  ),
  change(
    "spec.azureKeyVault",
    "the vaultUrl of a store cannot be changed; create another store",
    vault({}),
    vault({ authorityHost: "https://login.microsoftonline.us" }),
    vault({ vaultUrl: "https://other.vault.azure.net" }),
  ),
  row(
    "spec.azureKeyVault.apiVersion",
    matching("^([0-9]+\\.[0-9]+(-preview\\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?)$"),
    vault({ apiVersion: "2025-07-01" }),
    vault({ apiVersion: "latest" }),
  ),
];

const place = (azureKeyVault: object): AdmissionObject => importOf({ azureKeyVault });
const policy = (policy: object): AdmissionObject => place({ policy });
const x509 = (x509: object): AdmissionObject => policy({ x509 });
const trigger = (trigger: object): AdmissionObject =>
  policy({ lifetimeActions: [{ action: "EmailContacts", trigger }] });
const renewal = (action: string, issuer: object): AdmissionObject =>
  policy({ lifetimeActions: [{ action, trigger: { lifetimePercentage: 80 } }], ...issuer });
const at = "spec.azureKeyVault";

const placeRows: readonly Row[] = [
  row(`${at}.name`, matching("^[0-9a-zA-Z-]+$"), place({ name: "Web-1" }), place({ name: "web.example.com" })),
  row(
    `${at}.tags`,
    "a tag's name has 1 to 256 characters",
    place({ tags: { ["k".repeat(256)]: "v" } }),
    place({ tags: { ["k".repeat(257)]: "v" } }),
  ),
  row(`${at}.tags`, atMostItems(14), place({ tags: fields(14) }), place({ tags: fields(15) })),
  row(
    at,
    "notBefore must be before expires",
    place({ notBefore: "2027-01-01T00:00:00Z", expires: "2027-01-01T00:00:01Z" }),
    place({ notBefore: "2027-01-01T00:00:00Z", expires: "2027-01-01T01:00:00+01:00" }),
  ),
  row(
    `${at}.softDeleted`,
    oneOf("Fail", "Recover", "Purge"),
    place({ softDeleted: "Recover" }),
    place({ softDeleted: "Restore" }),
  ),
];

const policyRows: readonly Row[] = [
  row(
    `${at}.policy`,
    "at most one of keySize, curve may be set",
    policy({ keySize: 2048 }),
    policy({ keySize: 2048, curve: "P-256" }),
  ),
  row(`${at}.policy`, "keySize must be 2048, 3072 or 4096", policy({ keySize: 4096 }), policy({ keySize: 1024 })),
  row(
    `${at}.policy`,
    "keySize goes only with RSA keys and curve only with EC keys",
    policy({ keyType: "EC-HSM", curve: "P-256" }),
    policy({ keyType: "RSA", curve: "P-256" }),
  ),
  row(
    `${at}.policy`,
    "AutoRenew needs an issuer that can renew; set issuer.name to one that the vault has",
    renewal("AutoRenew", { issuer: { name: "DigiCert" } }),
    renewal("AutoRenew", {}),
  ),
  row(
    `${at}.policy.keyType`,
    oneOf("RSA", "RSA-HSM", "EC", "EC-HSM"),
    policy({ keyType: "RSA-HSM" }),
    policy({ keyType: "oct" }),
  ),
  row(
    `${at}.policy.curve`,
    oneOf("P-256", "P-384", "P-521", "P-256K"),
    policy({ curve: "P-256K" }),
    policy({ curve: "Ed25519" }),
  ),
  row(
    `${at}.policy.contentType`,
    oneOf("PKCS12", "PEM"),
    policy({ contentType: "PEM" }),
    policy({ contentType: "application/x-pem-file" }),
  ),
  row(
    `${at}.policy.x509.ekus[0]`,
    matching("^[0-2](\\.[0-9]+)+$"),
    x509({ ekus: ["1.3.6.1.5.5.7.3.1"] }),
    x509({ ekus: ["serverAuth"] }),
  ),
  row(
    `${at}.policy.x509.keyUsages[0]`,
    oneOf(
      "digitalSignature",
      "nonRepudiation",
      "keyEncipherment",
      "dataEncipherment",
      "keyAgreement",
      "keyCertSign",
      "cRLSign",
      "encipherOnly",
      "decipherOnly",
    ),
    x509({ keyUsages: ["cRLSign"] }),
    x509({ keyUsages: ["crlSign"] }),
  ),
  row(`${at}.policy.x509.validityMonths`, atLeast(1), x509({ validityMonths: 1 }), x509({ validityMonths: 0 })),
  row(`${at}.policy.x509.validityMonths`, atMost(1200), x509({ validityMonths: 1200 }), x509({ validityMonths: 1201 })),
  row(
    `${at}.policy.lifetimeActions[0].action`,
    oneOf("EmailContacts", "AutoRenew"),
    renewal("EmailContacts", {}),
    renewal("Renew", {}),
  ),
  row(
    `${at}.policy.lifetimeActions[0].trigger`,
    "exactly one of daysBeforeExpiry, lifetimePercentage must be set",
    trigger({ daysBeforeExpiry: 30 }),
    trigger({ daysBeforeExpiry: 30, lifetimePercentage: 80 }),
  ),
  row(
    `${at}.policy.lifetimeActions[0].trigger.lifetimePercentage`,
    atLeast(1),
    trigger({ lifetimePercentage: 1 }),
    trigger({ lifetimePercentage: 0 }),
  ),
  row(
    `${at}.policy.lifetimeActions[0].trigger.lifetimePercentage`,
    atMost(99),
    trigger({ lifetimePercentage: 99 }),
    trigger({ lifetimePercentage: 100 }),
  ),
  row(
    `${at}.policy.lifetimeActions[0].trigger.daysBeforeExpiry`,
    atLeast(1),
    trigger({ daysBeforeExpiry: 1 }),
    trigger({ daysBeforeExpiry: 0 }),
  ),
  row(
    `${at}.policy.lifetimeActions[0].trigger.daysBeforeExpiry`,
    atMost(36_500),
    trigger({ daysBeforeExpiry: 36_500 }),
    trigger({ daysBeforeExpiry: 36_501 }),
  ),
];

const download = (certificate: object, format = "PEM"): AdmissionObject =>
  downloadOf({ azureKeyVault: { certificate, format } });
const version = "b008898cd8fd41389b504334bc095326";

const downloadRows: readonly Row[] = [
  row(
    `${at}.certificate`,
    "exactly one of name, importRef must be set",
    download({ importRef: { name: "web" } }),
    download({ name: "web", importRef: { name: "web" } }),
  ),
  row(
    `${at}.certificate`,
    "version goes only with name",
    download({ name: "web", version }),
    download({ importRef: { name: "web" }, version }),
  ),
  row(
    `${at}.certificate.version`,
    matching("^[0-9a-f]{32}$"),
    download({ name: "web", version }),
    download({ name: "web", version: "latest" }),
  ),
  row(`${at}.format`, oneOf("PEM", "DER"), download({ name: "web" }, "DER"), download({ name: "web" }, "PKCS12")),
];

export const vaultRows: readonly Row[] = [...storeRows, ...placeRows, ...policyRows, ...downloadRows];
