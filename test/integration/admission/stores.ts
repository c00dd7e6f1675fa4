import {
  type AdmissionObject,
  atLeast,
  atLeastItems,
  atMost,
  atMostItems,
  change,
  clusterStore,
  fields,
  matching,
  oneOf,
  type Row,
  row,
  store,
} from "./row.ts";

const kubernetes = { auth: { serviceAccountRef: { name: "writer" } } };
const azureKeyVault = { vaultUrl: "https://web.vault.azure.net", auth: { managedIdentity: {} } };
const apps = (more: object): AdmissionObject => store({ kubernetes, ...more });
const account = (serviceAccountRef: object): AdmissionObject => store({ kubernetes: { auth: { serviceAccountRef } } });
const file = (key: string): AdmissionObject =>
  store({ kubernetes: { auth: { kubeconfigSecretRef: { name: "other", key } } } });
const cluster = (namespace: string): AdmissionObject =>
  clusterStore({ kubernetes: { auth: { serviceAccountRef: { name: "writer", namespace } } } });
const filesystem = (directory: string): AdmissionObject => clusterStore({ filesystem: { directory } });
const grant = (namespaces: object): AdmissionObject =>
  clusterStore({ filesystem: { directory: "edge" }, grants: [{ namespaces }] });
const selects = (expression: object): AdmissionObject =>
  grant({ selector: { matchExpressions: [{ key: "team", ...expression }] } });

const everyStore: readonly Row[] = [
  row(
    "spec",
    "exactly one of keyfactorCommand, azureKeyVault, kubernetes must be set",
    apps({}),
    apps({ azureKeyVault }),
  ),
  change(
    "spec",
    "the provider of a store cannot be changed; create another store",
    apps({}),
    apps({ timeout: "90s" }),
    store({ azureKeyVault }),
  ),
  row("spec.timeout", "must be at least 1s", apps({ timeout: "1s" }), apps({ timeout: "0" })),
  row(
    "spec.timeout",
    matching("^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$"),
    apps({ timeout: "1h30m5s" }),
    apps({ timeout: "1.5h" }),
  ),
  row(
    "spec.healthcheck.interval",
    "must be at least 30s",
    apps({ healthcheck: { interval: "30s" } }),
    apps({ healthcheck: { interval: "29s" } }),
  ),
  row(
    "spec.limits.maxConcurrent",
    atLeast(1),
    apps({ limits: { maxConcurrent: 1 } }),
    apps({ limits: { maxConcurrent: 0 } }),
  ),
  row(
    "spec.limits.maxConcurrent",
    atMost(256),
    apps({ limits: { maxConcurrent: 256 } }),
    apps({ limits: { maxConcurrent: 257 } }),
  ),
  row(
    "spec.limits.requestsPerMinute",
    atLeast(1),
    apps({ limits: { requestsPerMinute: 1 } }),
    apps({ limits: { requestsPerMinute: 0 } }),
  ),
  row(
    "spec.limits.requestsPerMinute",
    atMost(60_000),
    apps({ limits: { requestsPerMinute: 60_000 } }),
    apps({ limits: { requestsPerMinute: 60_001 } }),
  ),
];

const intoClusters: readonly Row[] = [
  row(
    "spec.kubernetes.auth",
    "exactly one of serviceAccountRef, kubeconfigSecretRef must be set",
    account({ name: "writer" }),
    store({ kubernetes: { auth: {} } }),
  ),
  row(
    "spec.kubernetes.auth.serviceAccountRef.name",
    matching("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
    account({ name: "writer.shop" }),
    account({ name: "Writer" }),
  ),
  row(
    "spec.kubernetes.auth.kubeconfigSecretRef.key",
    matching("^[-._a-zA-Z0-9]+$"),
    file("kube.config_1"),
    file("kube/config"),
  ),
  row(
    "spec.kubernetes.auth.serviceAccountRef.namespace",
    matching("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
    cluster("shop"),
    cluster("shop.example"),
  ),
];

const ofTheCluster: readonly Row[] = [
  row(
    "spec",
    "exactly one of keyfactorCommand, azureKeyVault, kubernetes, filesystem must be set",
    filesystem("edge"),
    clusterStore({}),
  ),
  change(
    "spec",
    "the provider of a store cannot be changed; create another store",
    filesystem("edge"),
    filesystem("edge"),
    clusterStore({ azureKeyVault }),
  ),
  row("spec.grants[0].namespaces", "exactly one of names, selector, all must be set", grant({ all: true }), grant({})),
  row(
    "spec.grants[0].namespaces.all",
    "all can only be true; leave it out otherwise",
    grant({ all: true }),
    grant({ all: false }),
  ),
  row("spec.grants[0].namespaces.names", atLeastItems(1), grant({ names: ["shop"] }), grant({ names: [] })),
  row(
    "spec.grants[0].namespaces.selector",
    "an empty selector would mean every namespace; say all: true for that",
    grant({ selector: { matchLabels: { team: "a" } } }),
    grant({ selector: { matchLabels: {} } }),
  ),
  row(
    "spec.grants[0].namespaces.selector.matchLabels",
    atMostItems(32),
    grant({ selector: { matchLabels: fields(32) } }),
    grant({ selector: { matchLabels: fields(33) } }),
  ),
  row(
    "spec.grants[0].namespaces.selector.matchExpressions[0].operator",
    oneOf("In", "NotIn", "Exists", "DoesNotExist"),
    selects({ operator: "Exists" }),
    selects({ operator: "Equals" }),
  ),
  row(
    "spec.grants[0].namespaces.selector.matchExpressions[0]",
    "operator In and NotIn need values, Exists and DoesNotExist take none",
    selects({ operator: "In", values: ["a"] }),
    selects({ operator: "In" }),
  ),
  row(
    "spec.filesystem.directory",
    matching("^[A-Za-z0-9._@+=][-A-Za-z0-9._@+=]*(\\/[A-Za-z0-9._@+=][-A-Za-z0-9._@+=]*)*$"),
    filesystem("edge/lb-1"),
    filesystem("/edge"),
  ),
  row(
    "spec.filesystem.directory",
    "a path is names of at most 200 characters with '/' between them, none of them '.' or '..' or beginning with .certferry",
    filesystem("edge/..d"),
    filesystem("edge/../etc"),
  ),
  change(
    "spec.filesystem",
    "the directory of a store cannot be changed; create another store",
    filesystem("edge"),
    filesystem("edge"),
    filesystem("core"),
  ),
];

export const storeRows: readonly Row[] = [...everyStore, ...intoClusters, ...ofTheCluster];
