import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Config } from "./config.ts";
import { addControllers } from "./controllers/index.ts";
import type { FingerprintKey } from "./delivery/index.ts";
import { checkedRoot } from "./filesystem-root.ts";
import { loadFingerprintKey } from "./fingerprint-secret.ts";
import {
  type ClusterConfig,
  connect,
  type KubeClient,
  loadInClusterConfig,
  loadKubeconfig,
  Namespace,
} from "./kube/index.ts";
import {
  countRequests,
  createMetrics,
  EventRecorder,
  LeaderElector,
  LeadershipLost,
  type Logger,
  Manager,
  Probes,
  serve,
  untilAnswered,
  watchEventLoop,
} from "./runtime/index.ts";
import type { Provider } from "./stores/contract.ts";
import { egressGuard, withOwnCluster } from "./stores/egress/index.ts";
import { createRegistry } from "./stores/registry.ts";

/** What tests may set otherwise; a user has no need to. */
export interface OperatorOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly cluster?: ClusterConfig;
  /** Beside those that ship. */
  readonly providers?: readonly Provider[];
  /** What lies in a place, and rights there, are looked at again after this, in milliseconds. */
  readonly lookAgainMs?: number;
  /** The wall clock: what is due, valid or open now. */
  readonly now?: () => Date;
  /** Told when probes are served. */
  readonly onServing?: (ports: { healthPort: number | undefined; metricsPort: number | undefined }) => void;
}

const defaultNamespace = "certferry-system";
const tenMinutes = 600_000;
/** With what comes after it (2 s for what was aborted, 3 s for the lease, 3 s for events) less than a pod's 30 s. */
const drainMs = 20_000;
const lastEventsMs = 3_000;
const userAgent = "certferry";

/**
 * Runs the operator until `signal` is aborted and all has ended. Rejects when it cannot start, has lost the lease, or when
 * something fails, also while it stops.
 */
export async function runOperator(options: OperatorOptions, signal: AbortSignal): Promise<void> {
  const { config, log } = options;
  const filesystemRoot = config.filesystemRoot && (await checkedRoot(config.filesystemRoot));
  const cluster = options.cluster ?? (await loadCluster(config));
  const namespace = config.namespace ?? cluster.namespace ?? defaultNamespace;
  const metrics = createMetrics();
  const probes = new Probes();
  const client = connect(cluster, { userAgent, maxConnections: 32, onRequest: countRequests(metrics) });
  const serving = await serve({
    probes,
    metrics,
    healthAddress: config.healthProbeBindAddress,
    metricsAddress: config.metricsBindAddress,
  });
  options.onServing?.(serving);
  const beating = new AbortController();
  const beats = watchEventLoop(log, metrics, beating.signal);
  try {
    const identity = `${hostname()}_${randomUUID()}`;
    const elector = config.leaderElect
      ? new LeaderElector({ client, namespace, name: "certferry", identity, metrics, log })
      : undefined;
    const manager = new Manager({ probes, metrics, log, elector, drainMs });
    const known = await untilAnswered(() => learn(client, namespace, signal), log, signal);
    if (known === undefined) return;
    const { clusterUid, fingerprintKey } = known;
    const events = new EventRecorder({ client, controller: "certferry.io/operator", instance: identity, log });
    const apiService = [cluster.server, process.env["KUBERNETES_SERVICE_HOST"] ?? ""].filter((server) => server !== "");
    const webEgress = egressGuard(await withOwnCluster(config.egress, apiService));
    const { ambientCredentials: ambient, azureAuthorityHosts: authorityHosts } = config;
    const metadataGuard = egressGuard({ deny: [], allow: undefined, resolve: config.egress.resolve });
    const providers = createRegistry(
      { client, cluster, clusterUid, userAgent, egress: egressGuard(config.egress), webEgress },
      { filesystemRoot, azure: { metadataGuard, ambient, authorityHosts }, others: options.providers },
    );
    const controllers = addControllers({
      client,
      manager,
      events,
      metrics,
      log,
      providers,
      ownerId: config.ownerId ?? clusterUid,
      fingerprintKey,
      writesSuspended: config.suspendWrites,
      namespaces: config.watchNamespaces,
      secretSelector: config.secretSelector,
      workers: config.workers,
      lookAgainMs: options.lookAgainMs ?? tenMinutes,
      now: options.now ?? (() => new Date()),
      fence: () => {
        if (elector !== undefined && !elector.holds()) throw new LeadershipLost("the lease is not surely ours");
      },
    });
    try {
      await manager.run(signal);
      await events.flush(AbortSignal.timeout(lastEventsMs));
    } finally {
      await controllers.close();
    }
  } finally {
    beating.abort();
    await beats;
    await serving.close();
    await client.close();
    log.info("stopped");
  }
}

/** What must be known before anything can start. */
async function learn(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<{ clusterUid: string; fingerprintKey: FingerprintKey }> {
  const { metadata } = await client.get(Namespace, { name: "kube-system" }, { signal });
  return {
    clusterUid: metadata.uid ?? "",
    fingerprintKey: await loadFingerprintKey(client, namespace, signal),
  };
}

async function loadCluster({ kubeconfig, context }: Config): Promise<ClusterConfig> {
  const inPod = process.env["KUBERNETES_SERVICE_HOST"] !== undefined;
  if (kubeconfig === undefined && context === undefined && inPod) return loadInClusterConfig();
  return loadKubeconfig(kubeconfig, context);
}
