import { parseArgs } from "node:util";
import type { LogLevel } from "./runtime/index.ts";

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
  readonly workers: number;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly logLevel: LogLevel;
}

/** A flag or variable that cannot be used; the message names it and says what it takes. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

interface Flag {
  readonly boolean?: true;
  readonly fallback?: string;
  /** What a value must look like. */
  readonly form: RegExp;
  readonly takes: string;
  readonly help: string;
}

const anything = /^.+$/s;
const address = /^(0|(\[[0-9a-fA-F:]+\]|[-.a-zA-Z0-9]*):[0-9]{1,5})$/;
const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const bool = { boolean: true, form: /^(true|false)$/, takes: "true or false" } as const;
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
    form: /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/,
    takes: "up to 63 lower-case letters, digits, '-' and '.'",
    help: "First part of the ownership marks; the uid of the namespace kube-system.",
  },
  "leader-elect": { ...bool, fallback: "true", help: "Elect one leader among the replicas." },
  "secret-selector": {
    form: anything,
    takes: "a label selector",
    help: "Secrets that may be read; what it does not select is not read for any reference.",
  },
  "suspend-writes": { ...bool, fallback: "false", help: "Emergency stop: look at everything, write nothing." },
  workers: {
    fallback: "16",
    form: /^([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-6])$/,
    takes: "1 to 256",
    help: "Deliveries at once, for each kind.",
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

/** Flags beat the environment (`CERTFERRY_LOG_LEVEL` for `--log-level`). Throws `ConfigError`. */
export function parseConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const given = parse(args);
  const value = (name: string): string | undefined => {
    const variable = variableOf(name);
    const flag = given[name];
    const text = flag ?? env[variable] ?? flags[name]?.fallback;
    if (text === undefined || flags[name]?.form.test(text)) return text;
    throw new ConfigError(
      `${flag === undefined ? variable : `--${name}`} takes ${flags[name]?.takes ?? ""}, not "${text}"`,
    );
  };
  const logLevels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];
  return {
    kubeconfig: value("kubeconfig"),
    context: value("context"),
    namespace: value("namespace"),
    watchNamespaces: value("watch-namespaces")?.split(","),
    ownerId: value("owner-id"),
    leaderElect: value("leader-elect") === "true",
    secretSelector: value("secret-selector"),
    suspendWrites: value("suspend-writes") === "true",
    workers: Number(value("workers")),
    metricsBindAddress: value("metrics-bind-address") ?? "0",
    healthProbeBindAddress: value("health-probe-bind-address") ?? "0",
    logLevel: logLevels.find((level) => level === value("log-level")) ?? "info",
  };
}

/** What `--help` prints. */
export function usage(): string {
  const rows = Object.entries(flags).map(([name, { help, takes, fallback }]) => {
    const preset = fallback === undefined ? "" : ` Default: ${fallback}.`;
    return `  --${name}\n        ${help} Takes ${takes}.${preset}\n`;
  });
  const environment = `Each is also read from the environment: --log-level from ${variableOf("log-level")}.\n`;
  return `Usage: certferry [flags]\n\n${rows.join("")}\n${environment}`;
}

function variableOf(name: string): string {
  return `CERTFERRY_${name.toUpperCase().replaceAll("-", "_")}`;
}

function parse(args: readonly string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: "string" as const }]));
  // `--leader-elect` alone means true.
  const spelled = args.map((arg) => (flags[arg.slice(2)]?.boolean && arg.startsWith("--") ? `${arg}=true` : arg));
  try {
    return parseArgs({ args: spelled, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\nSee --help.`, { cause: error });
  }
}
