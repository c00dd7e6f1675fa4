import {
  type AdmissionObject,
  atLeast,
  atMost,
  atMostItems,
  fields,
  matching,
  oneOf,
  type Row,
  row,
  targetOf,
} from "./row.ts";

const storeId = "fde12aa7-6643-43db-88e8-5c91c5ce78b3";
const secretRef = { name: "p", key: "k" };
const windows = [{ cron: "0 2 * * 6", windowDuration: "2h" }];
const kubernetes = { name: "web", outputs: [{ format: "TLS" }] };

function deploymentWith(spec: object, block: object = {}, target: object = {}): AdmissionObject {
  const targets = [targetOf({ keyfactorCommand: { storeId, ...block }, ...target })];
  return { kind: "StoreDeployment", spec: { targets, ...spec } };
}

const held = (commandCertificate: object, block: object = {}, target: object = {}): AdmissionObject =>
  deploymentWith({ commandCertificate }, block, target);
const command = (block: object, target: object = {}): AdmissionObject =>
  deploymentWith({ certificateRef: { name: "web" } }, block, target);
const certificate = { commandCertificate: { id: 42 } };
const enrolled = (block: object, target: object = {}): AdmissionObject =>
  held({ requestId: 77 }, { method: "PfxDeploy", ...block }, target);
const pfxWithKey =
  "PfxDeploy brings the private key along; leave out privateKey: Exclude and includePrivateKey: false, or use method: CertificateAdd";
const secretParameters = (count: number): AdmissionObject =>
  command({ secretEntryParameters: Object.fromEntries(Object.keys(fields(count)).map((key) => [key, secretRef])) });
const pam = (providerId: number, parameters: object = {}): AdmissionObject =>
  command({ entryPassword: { pam: { providerId, parameters } } });
const at = "spec.targets[0].keyfactorCommand";

const certificateRows: readonly Row[] = [
  row(
    "spec",
    "a keyfactorCommand target deploys what Command holds, so source does not go with it; use certificateRef or commandCertificate",
    command({}),
    deploymentWith({ source: { secretRef: { name: "web-tls" } } }),
  ),
  row("spec", "commandCertificate goes only with keyfactorCommand targets", held({ id: 42 }), {
    kind: "StoreDeployment",
    spec: { ...certificate, targets: [targetOf({ kubernetes })] },
  }),
  row(
    "spec",
    "method: PfxDeploy needs commandCertificate: it deploys what Command has just enrolled",
    enrolled({}),
    command({ method: "PfxDeploy" }),
  ),
  row(
    "spec",
    "method: PfxDeploy is never held, so it does not go with schedule.windows",
    deploymentWith({ ...certificate, schedule: { windows } }, { method: "CertificateAdd" }),
    deploymentWith({ ...certificate, schedule: { windows } }, { method: "PfxDeploy" }),
  ),
  row(
    "spec",
    "submit: Early hands a time to Command, which knows no windows; leave schedule.windows out or submit OnTime",
    deploymentWith({ ...certificate, schedule: { runAt: "2027-03-01T22:00:00Z" } }, { submit: "Early" }),
    deploymentWith({ ...certificate, schedule: { windows } }, { submit: "Early" }),
  ),
  row(
    "spec",
    "exactly one of certificateRef, source, commandCertificate must be set",
    held({ id: 42 }),
    deploymentWith({ ...certificate, certificateRef: { name: "web" } }),
  ),
  row("spec.commandCertificate", "id, thumbprint or requestId must be set", held({ requestId: 77 }), held({})),
  row(
    "spec.commandCertificate",
    "at most one of id, thumbprint may be set",
    held({ id: 42, requestId: 77 }),
    held({ id: 42, thumbprint: "32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF" }),
  ),
  row("spec.commandCertificate.id", atLeast(1), held({ id: 1 }), held({ id: 0 })),
  row("spec.commandCertificate.id", atMost(2_147_483_647), held({ id: 2_147_483_647 }), held({ id: 2_147_483_648 })),
  row("spec.commandCertificate.requestId", atLeast(1), held({ requestId: 1 }), held({ requestId: 0 })),
  row(
    "spec.commandCertificate.requestId",
    atMost(2_147_483_647),
    held({ requestId: 2_147_483_647 }),
    held({ requestId: 2_147_483_648 }),
  ),
  row(
    "spec.commandCertificate.thumbprint",
    matching("^[0-9A-Fa-f]{40}$"),
    held({ thumbprint: "32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF" }),
    held({ thumbprint: "32ED8EF6" }),
  ),
];

const blockRows: readonly Row[] = [
  row(
    "spec.targets[0]",
    "includePrivateKey: true contradicts privateKey: Exclude; leave one of them out",
    command({ includePrivateKey: false }, { privateKey: "Exclude" }),
    command({ includePrivateKey: true }, { privateKey: "Exclude" }),
  ),
  row(
    "spec.targets[0]",
    pfxWithKey,
    enrolled({ includePrivateKey: true }, { privateKey: "Include" }),
    enrolled({}, { privateKey: "Exclude" }),
  ),
  row("spec.targets[0]", pfxWithKey, enrolled({}), enrolled({ includePrivateKey: false })),
  row(
    `${at}.storeId`,
    matching("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"),
    command({ storeId: "FDE12AA7-6643-43DB-88E8-5C91C5CE78B3" }),
    command({ storeId: "fde12aa7664343db88e85c91c5ce78b3" }),
  ),
  row(
    at,
    "an entry parameter stands in entryParameters and in secretEntryParameters; leave one of them out",
    command({ entryParameters: { SiteName: "web" }, secretEntryParameters: { Password: secretRef } }),
    command({ entryParameters: { Password: "web" }, secretEntryParameters: { Password: secretRef } }),
  ),
  row(
    `${at}.entryParameters`,
    "an entry parameter's name has 1 to 128 characters",
    command({ entryParameters: { ["k".repeat(128)]: "web" } }),
    command({ entryParameters: { "": "web" } }),
  ),
  row(
    `${at}.entryParameters`,
    atMostItems(32),
    command({ entryParameters: fields(32) }),
    command({ entryParameters: fields(33) }),
  ),
  row(`${at}.secretEntryParameters`, atMostItems(16), secretParameters(16), secretParameters(17)),
  row(
    `${at}.entryPassword`,
    "exactly one of secretRef, pam must be set",
    command({ entryPassword: { secretRef } }),
    command({ entryPassword: { secretRef, pam: { providerId: 1, parameters: {} } } }),
  ),
  row(`${at}.entryPassword.pam.providerId`, atLeast(1), pam(1), pam(0)),
  row(`${at}.entryPassword.pam.providerId`, atMost(2_147_483_647), pam(2_147_483_647), pam(2_147_483_648)),
  row(`${at}.entryPassword.pam.parameters`, atMostItems(16), pam(1, fields(16)), pam(1, fields(17))),
  row(
    at,
    "PfxDeploy takes no PAM provider; use entryPassword.secretRef or method: CertificateAdd",
    enrolled({ entryPassword: { secretRef } }),
    enrolled({ entryPassword: { pam: { providerId: 1, parameters: {} } } }),
  ),
  row(
    at,
    "PfxDeploy is never held, so submit has no meaning; leave it out",
    enrolled({}),
    enrolled({ submit: "OnTime" }),
  ),
  row(
    `${at}.method`,
    oneOf("CertificateAdd", "PfxDeploy"),
    command({ method: "CertificateAdd" }),
    command({ method: "Add" }),
  ),
  row(`${at}.submit`, oneOf("OnTime", "Early"), command({ submit: "OnTime" }), command({ submit: "Late" })),
  row(`${at}.replaced`, oneOf("Keep", "Remove"), command({ replaced: "Remove" }), command({ replaced: "Delete" })),
  row(`${at}.verify`, oneOf("Inventory", "JobHistory"), command({ verify: "JobHistory" }), command({ verify: "None" })),
];

export const commandTargetRows: readonly Row[] = [...certificateRows, ...blockRows];
