import { parseArgs } from "node:util";
import type { LogLevel } from "./runtime/index.ts";
import { deniedByDefault, type EgressOptions, isEgressEntry, ownCluster } from "./stores/egress/index.ts";

/** How the operator runs. Every field is a flag, and an environment variable. */
export interface Config {
  /** Absent: the pod's own cluster, or else the default kubeconfig. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** The operator's own namespace: its Lease and its fingerprint key. Absent: that of the cluster configuration. */
  readonly namespace: string | undefined;
  /** Absent: all. */
  readonly watchNamespaces: readonly string[] | undefined;
  readonly ownerId: string | undefined;
  readonly leaderElect: boolean;
  readonly secretSelector: string | undefined;
  readonly suspendWrites: boolean;
  /** Below it stores of files have their directories. Absent: no files are written. */
  readonly filesystemRoot: string | undefined;
  readonly workers: number;
  readonly egress: EgressOptions;
  /** Which stores may use the operator's own identity. */
  readonly ambientCredentials: { readonly store: boolean; readonly clusterStore: boolean };
  /** Beside Azure's own: hosts that tokens for vaults may come from. */
  readonly azureAuthorityHosts: readonly string[];
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly logLevel: LogLevel;
}

/** A flag or variable that cannot be used; the message names it and says what it takes. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

interface Flag {
  /** May stand without a value, which means true. */
  readonly boolean?: true;
  readonly fallback?: string;
  /** What a value must look like. */
  readonly form: Pick<RegExp, "test">;
  readonly takes: string;
  readonly help: string;
}

const logLevels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];
const anything = /^.+$/s;
/** 0 to 65535. */
const port = "([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const address = new RegExp(`^(0|(\\[[0-9a-fA-F:]+\\]|[-.a-zA-Z0-9]*):${port})$`);
const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const labelKey = "([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const labelValue = "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?";
const requirement = [
  `!?${labelKey}`,
  `${labelKey} *(=|==|!=) *${labelValue}`,
  `${labelKey} +(in|notin) +\\( *${labelValue}( *, *${labelValue})* *\\)`,
].join("|");
const selector = new RegExp(`^(${requirement})( *, *(${requirement}))*$`);
const tokenHost = `[-.a-zA-Z0-9]+(:${port})?`;
const bool = { boolean: true, form: /^(true|false)$/, takes: "true or false" } as const;
/** A host, and where it is instead: an IPv6 address in brackets, or any other, and a port. */
const destination = new RegExp(`^([-.a-zA-Z0-9]+)=(?:\\[([0-9a-fA-F:.]+)\\]|([-.a-zA-Z0-9]+)):${port}$`);
const networks = {
  takes: "addresses, CIDRs and hosts (*.example.com for all below one), with commas between",
} as const;
const isEgressList = (text: string): boolean => text.split(",").every(isEgressEntry);
const listens = { form: address, takes: "host:port, :port, or 0 for none" };

const flags: Readonly<Record<string, Flag>> = {
  kubeconfig: {
    form: anything,
    takes: "a path",
    help: "Kubeconfig of the cluster to serve; in a pod, its own cluster.",
  },
  context: { form: anything, takes: "a name", help: "Context of the kubeconfig; its current one." },
  namespace: {
    form: new RegExp(`^${label}$`),
    takes: "a namespace",
    help: "The operator's own namespace; that of the cluster configuration, else certferry-system.",
  },
  "watch-namespaces": {
    form: new RegExp(`^${label}(,${label})*$`),
    takes: "namespaces, with commas between",
    help: "Namespaces to serve; all.",
  },
  "owner-id": {
    form: /^[a-z0-9][-a-z0-9.]{0,62}$/,
    takes: "up to 63 lower-case letters, digits, '-' and '.'",
    help: "First part of the ownership marks; the uid of the namespace kube-system.",
  },
  "leader-elect": { ...bool, fallback: "true", help: "Elect one leader among the replicas." },
  "secret-selector": {
    form: selector,
    takes: "a label selector, as app=web,tier in (a, b)",
    help: "Secrets that may be read; what it does not select is not read for any reference.",
  },
  "suspend-writes": { ...bool, fallback: "false", help: "Emergency stop: look at everything, write nothing." },
  "filesystem-root": {
    form: /^(\/[^/\0]+)+$/,
    takes: "an absolute path other than /",
    help: "Folder below which filesystem stores have their directories; without it no files are written.",
  },
  workers: {
    fallback: "16",
    form: /^([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-6])$/,
    takes: "1 to 256",
    help: "Deliveries at once into each store.",
  },
  "deny-egress": {
    fallback: [...deniedByDefault, ownCluster].join(","),
    form: { test: (text) => text === "" || isEgressList(text) },
    takes: `${networks.takes}, and ${ownCluster} for this cluster's API service`,
    help: `Where stores may not connect to, checked for every connection after DNS; empty for nowhere. ${ownCluster} is not for kubernetes stores.`,
  },
  "allow-egress": {
    ...networks,
    form: { test: isEgressList },
    help: "Where stores may connect to, when --deny-egress does not forbid it; everywhere.",
  },
  resolve: {
    form: { test: (text) => text.split(",").every((entry) => destination.test(entry)) },
    takes: "host=address:port, several with commas between",
    help: "Hosts that are elsewhere than DNS says. Their addresses are checked as any other.",
  },
  "store-ambient-credentials": {
    ...bool,
    fallback: "false",
    help: "Let CertificateStores use the operator's own identity: its workload identity, or the machine's managed identity.",
  },
  "cluster-store-ambient-credentials": {
    ...bool,
    fallback: "true",
    help: "Let ClusterCertificateStores use the operator's own identity.",
  },
  "azure-authority-hosts": {
    form: new RegExp(`^${tokenHost}(,${tokenHost})*$`),
    takes: "hosts, or host:port, with commas between",
    help: "Where tokens for vaults may come from beside Azure's own clouds; nowhere.",
  },
  "metrics-bind-address": { ...listens, fallback: ":8080", help: "Where /metrics is served." },
  "health-probe-bind-address": { ...listens, fallback: ":8081", help: "Where /healthz and /readyz are served." },
  "log-level": {
    fallback: "info",
    form: /^(trace|debug|info|warn|error)$/,
    takes: "trace, debug, info, warn or error",
    help: "The least severe level that is logged.",
  },
};

/**
 * Flags beat the environment (`CERTFERRY_LOG_LEVEL` for `--log-level`). Throws `ConfigError`.
 * @example parseConfig(process.argv.slice(2), process.env)
 */
export function parseConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const given = parse(args);
  const value = (name: string): string | undefined => {
    const flag = given.get(name);
    const fallback = flags[name]?.fallback;
    const text = flag ?? env[variableOf(name)];
    // Charts and shells set empty variables; an empty flag takes back what the environment says, where none is allowed.
    const none = text === "" && (flag === undefined || fallback === undefined);
    if (text === undefined || none) return fallback;
    return checked(flag === undefined ? variableOf(name) : `--${name}`, name, text);
  };
  return {
    kubeconfig: value("kubeconfig"),
    context: value("context"),
    namespace: value("namespace"),
    watchNamespaces: value("watch-namespaces")?.split(","),
    ownerId: value("owner-id"),
    leaderElect: value("leader-elect") === "true",
    secretSelector: value("secret-selector"),
    suspendWrites: value("suspend-writes") === "true",
    filesystemRoot: value("filesystem-root"),
    workers: Number(value("workers")),
    egress: {
      deny: (value("deny-egress") ?? "").split(",").filter((entry) => entry !== ""),
      allow: value("allow-egress")?.split(","),
      resolve: destinationsOf(value("resolve") ?? ""),
    },
    ambientCredentials: {
      store: value("store-ambient-credentials") === "true",
      clusterStore: value("cluster-store-ambient-credentials") === "true",
    },
    azureAuthorityHosts: value("azure-authority-hosts")?.toLowerCase().split(",") ?? [],
    metricsBindAddress: value("metrics-bind-address") ?? "0",
    healthProbeBindAddress: value("health-probe-bind-address") ?? "0",
    logLevel: logLevels.find((level) => level === value("log-level")) ?? "info",
  };
}

function destinationsOf(text: string): EgressOptions["resolve"] {
  const entries = text.split(",").flatMap((entry) => {
    const [, host = "", ipv6, other = "", at = ""] = destination.exec(entry) ?? [];
    return host === "" ? [] : [[host.toLowerCase(), { hostname: ipv6 ?? other, port: at }] as const];
  });
  return new Map(entries);
}

/** What a flag takes and means, for those who set it. */
export interface FlagHelp {
  readonly name: string;
  /** The environment variable that says the same. */
  readonly variable: string;
  readonly help: string;
  readonly takes: string;
  readonly fallback: string | undefined;
}

/** All flags, in the order in which they are told. */
export function flagHelp(): FlagHelp[] {
  return Object.entries(flags).map(([name, { help, takes, fallback }]) => {
    return { name, variable: variableOf(name), help, takes, fallback };
  });
}

/** What `--help` prints. */
export function usage(): string {
  const rows = flagHelp().map(({ name, help, takes, fallback }) => {
    const preset = fallback === undefined ? "" : ` Default: ${fallback}.`;
    return `  --${name}\n        ${help} Takes ${takes}.${preset}\n`;
  });
  const environment = `Each is also read from the environment: --log-level from ${variableOf("log-level")}.\n`;
  return `Usage: certferry [flags]\n\n${rows.join("")}\n${environment}`;
}

function variableOf(name: string): string {
  return `CERTFERRY_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The text as it is; `spelled` is how the user wrote the flag. */
function checked(spelled: string, name: string, text: string): string {
  const flag = flags[name];
  if (flag?.form.test(text)) return text;
  throw new ConfigError(`${spelled} takes ${flag?.takes ?? "nothing"}, not "${text}"`);
}

function parse(args: readonly string[]): ReadonlyMap<string, string> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { boolean }]) => [name, { type: boolean ? "boolean" : "string" } as const]),
  );
  const given = new Map<string, string>();
  for (const token of parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new ConfigError(`"${token.value}" is not a flag; see --help`);
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) throw new ConfigError(`${token.rawName} is not a flag; see --help`);
    const text = token.value ?? (flag.boolean ? "true" : undefined);
    if (text === undefined) throw new ConfigError(`--${token.name} takes ${flag.takes}`);
    given.set(token.name, text);
  }
  return given;
}
