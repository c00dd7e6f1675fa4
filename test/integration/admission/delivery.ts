import {
  type AdmissionObject,
  atLeast,
  atLeastItems,
  atMost,
  deploymentOf,
  importOf,
  matching,
  oneOf,
  type Row,
  row,
  targetOf,
} from "./row.ts";

const kubernetes = { name: "web", outputs: [{ format: "PEM", key: "web.pem" }] };
const tls = { name: "web", outputs: [{ format: "TLS" }] };
const delivery = (more: object): AdmissionObject => importOf({ kubernetes, ...more });
const scheduled = (schedule: object): AdmissionObject => deploymentOf({ schedule });
const night = { cron: "0 2 * * 6", windowDuration: "2h", timezone: "Europe/Rome" };
const window = (more: object): AdmissionObject => scheduled({ windows: [{ ...night, ...more }] });
const rollout = (maxParallel: number): AdmissionObject => deploymentOf({ rollout: { maxParallel } });
const targetOfStore = (kind: string): AdmissionObject =>
  deploymentOf({ targets: [targetOf({ kubernetes, storeRef: { kind, name: "apps" } })] });

const policyRows: readonly Row[] = [
  row(
    "spec.storeRef.kind",
    oneOf("CertificateStore", "ClusterCertificateStore"),
    delivery({ storeRef: { kind: "ClusterCertificateStore", name: "apps" } }),
    delivery({ storeRef: { kind: "Store", name: "apps" } }),
  ),
  row(
    "spec.targets[0].storeRef.kind",
    oneOf("CertificateStore", "ClusterCertificateStore"),
    targetOfStore("CertificateStore"),
    targetOfStore("Store"),
  ),
  row("spec.targets", atLeastItems(1), deploymentOf(), deploymentOf({ targets: [] })),
  row(
    "spec.targets[0]",
    "exactly one of keyfactorCommand, azureKeyVault, kubernetes, filesystem must be set",
    deploymentOf(),
    deploymentOf({ targets: [targetOf({})] }),
  ),
  row(
    "spec.targets[0]",
    "format TLS, CombinedPEM and JKS, and content Key or All, hold the private key; with privateKey: Exclude use another format or content",
    deploymentOf({ targets: [targetOf({ kubernetes, privateKey: "Exclude" })] }),
    deploymentOf({ targets: [targetOf({ kubernetes: tls, privateKey: "Exclude" })] }),
  ),
  row(
    "spec.chain",
    "include: false delivers the leaf alone, so the root cannot go along; leave root out",
    delivery({ chain: { include: false } }),
    delivery({ chain: { include: false, root: "Include" } }),
  ),
  row(
    "spec.privateKey",
    oneOf("Include", "Exclude"),
    delivery({ privateKey: "Exclude" }),
    delivery({ privateKey: "Never" }),
  ),
  row(
    "spec.adoptionPolicy",
    oneOf("Never", "IfMatching", "Always"),
    delivery({ adoptionPolicy: "Never" }),
    delivery({ adoptionPolicy: "Force" }),
  ),
  row(
    "spec.deletionPolicy",
    oneOf("Retain", "Delete"),
    delivery({ deletionPolicy: "Delete" }),
    delivery({ deletionPolicy: "Remove" }),
  ),
  row(
    "spec.driftPolicy",
    oneOf("Repair", "Report"),
    delivery({ driftPolicy: "Report" }),
    delivery({ driftPolicy: "Ignore" }),
  ),
  row(
    "spec.downgradePolicy",
    oneOf("Refuse", "Allow"),
    delivery({ downgradePolicy: "Allow" }),
    delivery({ downgradePolicy: "Deny" }),
  ),
  row(
    "spec.refreshInterval",
    "must be 0 or at least 30s",
    delivery({ refreshInterval: "0" }),
    delivery({ refreshInterval: "29s" }),
  ),
];

const scheduleRows: readonly Row[] = [
  row(
    "spec.schedule",
    "runAt or windows must be set",
    scheduled({ runAt: "2027-03-01T22:00:00+01:00" }),
    scheduled({ urgentBeforeExpiry: "72h" }),
  ),
  row("spec.schedule.windows", atLeastItems(1), scheduled({ windows: [night] }), scheduled({ windows: [] })),
  row(
    "spec.schedule.windows[0].cron",
    "must be five cron fields, minute hour day-of-month month day-of-week: numbers, JAN-DEC, SUN-SAT, '*', '-', ',' and '/'",
    window({ cron: "0,30 1-4 1,15 JAN-MAR/2 MON-FRI" }),
    window({ cron: "0 0 2 * * 6" }),
  ),
  row(
    "spec.schedule.windows[0].windowDuration",
    "must be at least 15m",
    window({ windowDuration: "15m" }),
    window({ windowDuration: "14m59s" }),
  ),
  row(
    "spec.schedule.windows[0]",
    "windowDuration must be at most 168h",
    window({ windowDuration: "168h" }),
    window({ windowDuration: "168h1s" }),
  ),
  row(
    "spec.schedule.windows[0].timezone",
    "must be the name of an IANA time zone, as Europe/Rome",
    window({ timezone: "America/Argentina/Buenos_Aires" }),
    window({ timezone: "Local" }),
  ),
  row(
    "spec.schedule.windows[0].timezone",
    matching("^[A-Z][A-Za-z0-9_+-]*(\\/[A-Za-z0-9_+-]+)*$"),
    window({ timezone: "Etc/GMT+5" }),
    window({ timezone: "+01:00" }),
  ),
  row(
    "spec.schedule.urgentBeforeExpiry",
    "must be at least 1m",
    scheduled({ windows: [night], urgentBeforeExpiry: "1m" }),
    scheduled({ windows: [night], urgentBeforeExpiry: "59s" }),
  ),
  row("spec.rollout.maxParallel", atLeast(1), rollout(1), rollout(0)),
  row("spec.rollout.maxParallel", atMost(64), rollout(64), rollout(65)),
];

export const deliveryRows: readonly Row[] = [...policyRows, ...scheduleRows];
