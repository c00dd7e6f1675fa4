import type { KubernetesStoreBlock, StoreReference } from "../../crds/index.ts";
import type { ConnectGuard } from "../../http/index.ts";
import { type ClusterConfig, connect, isKubeError, type KubeClient, Namespace } from "../../kube/index.ts";
import type {
  Place,
  PlaceContext,
  Provider,
  Reach,
  RemovalContext,
  Store,
  StoreContext,
  StoreHealth,
} from "../contract.ts";
import { BlockedError, InternalDefect, WaitingError } from "../errors.ts";
import { passwordRefs } from "../outputs/content.ts";
import { clusterMeaning } from "./failure.ts";
import { type Cluster, HolderPlace } from "./place.ts";
import { readPlaceKey } from "./place-key.ts";
import { removeFrom } from "./remove.ts";
import { asServiceAccount } from "./service-account.ts";
import { type HolderTarget, targetOf } from "./target.ts";

/** The operator's own cluster and identity there. */
export interface OwnCluster {
  readonly client: KubeClient;
  readonly cluster: ClusterConfig;
  /** Uid of kube-system. */
  readonly clusterUid: string;
  readonly userAgent: string;
  /** For connections to other clusters. */
  readonly egress: ConnectGuard;
  /** For connections to anything else: where there is no business with this cluster. */
  readonly webEgress: ConnectGuard;
}

/** Secrets, and for downloads ConfigMaps, of this or another cluster. */
export function kubernetesProvider(own: OwnCluster): Provider {
  return {
    name: "kubernetes",
    capabilities: ["Import", "Deploy", "Remove"],
    grantedPlaces: ["{namespace}/*"],
    reach: (target, { namespace }) => reachOf(targetOf(target), namespace),
    reachOfKey: (key) => {
      const { namespace, name } = readPlaceKey(key);
      return { places: [`${namespace}/${name}`], metadataKeys: [] };
    },
    secretRefs: (block) => {
      const { kubeconfigSecretRef } = blockOf(block).auth;
      return kubeconfigSecretRef === undefined ? [] : [kubeconfigSecretRef];
    },
    targetSecrets: (target) => passwordRefs(targetOf(target)),
    create: async (block, context, signal) => {
      const { serviceAccountRef, kubeconfigSecretRef } = blockOf(block).auth;
      if (serviceAccountRef !== undefined) {
        const account = { namespace: namespaceOf(serviceAccountRef, context), name: serviceAccountRef.name };
        const client = open(asServiceAccount(own.cluster, own.client, account), own.userAgent, context);
        const as = `ServiceAccount ${account.namespace}/${account.name}`;
        return new KubernetesStore({ client, uid: own.clusterUid, as }, context);
      }
      // With its parsers of YAML and schemas, which an operator without such a store need not hold in memory.
      const { clusterOf } = await import("./kubeconfig.ts");
      const cluster = clusterOf(await kubeconfigText(context, kubeconfigSecretRef, signal));
      const client = open(cluster, own.userAgent, context, own.egress);
      try {
        const uid = await uidOf(client, signal);
        return new KubernetesStore({ client, uid, as: "the kubeconfig's user" }, context);
      } catch (error) {
        await client.close();
        throw error;
      }
    },
  };
}

class KubernetesStore implements Store {
  readonly provider = "kubernetes";
  readonly timeoutMs: number;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, { timeoutMs }: StoreContext) {
    this.#cluster = cluster;
    this.timeoutMs = timeoutMs;
  }

  async check(signal: AbortSignal): Promise<StoreHealth> {
    try {
      const version: unknown = await this.#cluster.client.getPath("/version", { signal });
      const text = typeof version === "object" && version !== null && "gitVersion" in version ? version.gitVersion : "";
      return typeof text === "string" && text !== "" ? { providerVersion: text } : {};
    } catch (error) {
      throw clusterMeaning(error, this.#cluster.as);
    }
  }

  place(block: unknown, context: PlaceContext): Place {
    return new HolderPlace(this.#cluster, targetOf(block), context);
  }

  remove(key: string, mark: string, context: RemovalContext, signal: AbortSignal): ReturnType<Store["remove"]> {
    return removeFrom(this.#cluster, context, key, mark, signal);
  }

  async close(): Promise<void> {
    await this.#cluster.client.close();
  }
}

/** The API server has validated the block by the CRD. */
function blockOf(block: unknown): KubernetesStoreBlock {
  return block as KubernetesStoreBlock;
}

/** @param guard absent for this cluster, which the operator talks to anyway */
function open(
  cluster: ClusterConfig,
  userAgent: string,
  { timeoutMs, turn }: StoreContext,
  guard?: ConnectGuard,
): KubeClient {
  const requestTimeoutSeconds = timeoutMs / 1000;
  return connect(cluster, { userAgent, maxConnections: 16, requestTimeoutSeconds, turn, throttled: "Tell", guard });
}

/** The CRDs see to it that one of the two is there. */
function namespaceOf(ref: StoreReference, { namespace }: StoreContext): string {
  return ref.namespace ?? namespace ?? "";
}

function reachOf({ name, labels, annotations, ...target }: HolderTarget, namespace: string): Reach {
  const metadataKeys = [...Object.keys(labels ?? {}), ...Object.keys(annotations ?? {})];
  return { places: [`${target.namespace ?? namespace}/${name}`], metadataKeys };
}

async function kubeconfigText(
  context: StoreContext,
  ref: KubernetesStoreBlock["auth"]["kubeconfigSecretRef"],
  signal: AbortSignal,
): Promise<string> {
  if (ref === undefined) throw new InternalDefect("the CRD lets a store through that has no auth");
  const text = (await context.readSecret(ref, signal)).get(ref.key)?.toString("utf8");
  if (text !== undefined) return text;
  throw new WaitingError("SecretKeyMissing", `Secret ${ref.name} has no key ${ref.key}; put the kubeconfig there.`);
}

async function uidOf(client: KubeClient, signal: AbortSignal): Promise<string> {
  try {
    const { metadata } = await client.getMetadata(Namespace, { name: "kube-system" }, { signal });
    return metadata.uid;
  } catch (error) {
    if (!isKubeError(error, "Forbidden")) throw clusterMeaning(error, "the kubeconfig's user");
    const message =
      'The kubeconfig\'s user may not get Namespace kube-system, whose uid names the cluster. Grant it in a ClusterRole: apiGroups [""], resources [namespaces], resourceNames [kube-system], verbs [get].';
    throw new BlockedError("AccessDenied", message, { cause: error });
  }
}
