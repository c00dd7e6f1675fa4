import {
  type CertificateStore,
  type ClusterCertificateStore,
  providerNames,
  type Reason,
  type SecretKeyRef,
  type StoreRef,
} from "../crds/index.ts";
import type { FingerprintKey } from "../delivery/index.ts";
import {
  ConfigMap,
  Informer,
  type InformerOptions,
  type InformerProblem,
  keyOf,
  type KubeClient,
  type KubeObject,
  metadataOf,
  Namespace,
  type PartialObjectMetadata,
  type Resource,
  Secret,
} from "../kube/index.ts";
import { referencesOf, SecretValues, SourceResolver, type StoreObject, StoreResolver } from "../resolve/index.ts";
import {
  type Controller,
  type EventRecorder,
  type Logger,
  type Manager,
  type Metrics,
  systemClock,
} from "../runtime/index.ts";
import type { Provider } from "../stores/contract.ts";
import { downloadKind } from "./certificate-download/kind.ts";
import { importKind } from "./certificate-import/kind.ts";
import { StoreController } from "./certificate-store/controller.ts";
import { type Claimant, Claims } from "./delivery/claims.ts";
import { type DeliveryContext, type RecordedPlace, resourceName } from "./delivery/context.ts";
import { DeliveryController, keyOfResource } from "./delivery/controller.ts";
import { DeliveryMetrics } from "./delivery/metrics.ts";
import type { DeliveryKind, DeliveryObject } from "./delivery/kind.ts";
import { StoresInUse } from "./delivery/stores-in-use.ts";
import type { Subject, Target } from "./delivery/subject.ts";
import { Succession } from "./delivery/succession.ts";
import { CertificateImports, CertificateStores, ClusterCertificateStores } from "./resources.ts";
import { goingNamespace } from "./namespaces.ts";
import { deploymentKind } from "./store-deployment/kind.ts";
import { type DeliveryWatch, type StoreWatch, subjectIndexes, wireReferences } from "./references.ts";

/** What the controllers are built from. */
export interface ControllersOptions {
  readonly client: KubeClient;
  readonly manager: Manager;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly ownerId: string;
  readonly fingerprintKey: FingerprintKey;
  readonly writesSuspended: boolean;
  readonly namespaces: readonly string[] | undefined;
  readonly secretSelector: string | undefined;
  readonly workers: number;
  readonly lookAgainMs: number;
  readonly now: () => Date;
  readonly fence: () => void;
}

/** A store takes `workers` runs at once; so many stores that do not answer leave room for one that does. */
const storesAtOnce = 16;

/** Caches and controllers of all kinds, given to the manager. Returns what is to be closed when it has ended. */
export function addControllers(options: ControllersOptions): { close(): Promise<void> } {
  const { client, manager, metrics, log, namespaces, providers, workers, lookAgainMs, now } = options;
  const random = Math.random;
  // A block is recognised also when its provider is not built: its resource then says so.
  const names = [...new Set([...providerNames, ...providers.keys()])];
  const secretsOf = ({ provider, block }: Target): readonly SecretKeyRef[] =>
    providers.get(provider)?.targetSecrets?.(block) ?? [];
  const deploysHeld = ({ provider }: Pick<Target, "provider">): boolean =>
    providers.get(provider)?.deploysHeld ?? false;
  const shapeOf = ({ provider, block }: Pick<Target, "provider" | "block">): unknown =>
    providers.get(provider)?.shapeOf?.(block) ?? block;
  const common = { namespaces, onProblem: (problem: InformerProblem) => tellProblem(log, metrics, problem) };
  const watch = <T extends KubeObject>(informer: Informer<T>): Informer<T> => {
    manager.addInformer(informer);
    return informer;
  };
  const metadata = (labelSelector?: string): InformerOptions<PartialObjectMetadata> => ({ ...common, labelSelector });
  const secrets = watch(new Informer(client, metadataOf(Secret), metadata(options.secretSelector)));
  const configMaps = watch(new Informer(client, metadataOf(ConfigMap), metadata()));
  const provider = (name: string): Provider | undefined => providers.get(name);
  const storesOf = <T extends StoreObject>(resource: Resource<T & KubeObject>): Informer<T & KubeObject> =>
    watch(
      new Informer<T & KubeObject>(client, resource, {
        ...common,
        indexes: {
          secrets: (store) => referencesOf(store, provider).secrets,
          configMaps: (store) => referencesOf(store, provider).configMaps,
        },
      }),
    );
  const storeCache = storesOf<CertificateStore>(CertificateStores);
  const cluster =
    namespaces === undefined
      ? {
          stores: storesOf<ClusterCertificateStore>(ClusterCertificateStores),
          namespaces: watch(new Informer(client, metadataOf(Namespace), common)),
        }
      : undefined;
  const cached = <T extends DeliveryObject>(kind: DeliveryKind<T>): Delivering<T> => {
    const indexes = subjectIndexes((object: T) => kind.subjectOf(object), secretsOf, deploysHeld);
    return { kind, cache: watch(new Informer<T & KubeObject>(client, kind.resource, { ...common, indexes })) };
  };
  const imports = cached(importKind(names));
  const deployments = cached(deploymentKind(names));
  const downloads = cached(downloadKind(names));
  const caches = [imports, deployments, downloads];

  const sources = new SourceResolver({ client, secrets, configMaps, secretSelector: options.secretSelector });
  const stores = new StoreResolver({
    client,
    stores: storeCache,
    cluster,
    secrets,
    configMaps,
    runs: workers,
    clock: systemClock,
    onClosed: (key) => checkStore(key),
    provider,
  });
  const storesInUse = new StoresInUse({
    client,
    stores: [
      { resource: CertificateStores, cache: storeCache },
      ...(cluster ? [{ resource: ClusterCertificateStores, cache: cluster.stores }] : []),
    ],
    users: (store) => caches.flatMap(({ kind, cache }) => usersOf(kind.kind, cache.byIndex("needs", store), store)),
    events: options.events,
    metrics,
    log,
  });
  const claims = new Claims();
  const context: DeliveryContext = {
    sources,
    stores,
    secretValues: new SecretValues({ client, secrets, secretSelector: options.secretSelector }),
    secretsOf,
    deploysHeld,
    shapeOf,
    imports: imports.cache,
    claims,
    succession: new Succession({ claims, waits, wake }),
    metrics: new DeliveryMetrics(metrics.registry),
    ownerId: options.ownerId,
    fingerprintKey: options.fingerprintKey,
    lookAgainMs,
    writesSuspended: options.writesSuspended,
    now,
    random,
    fence: options.fence,
    exists,
    otherKeysAt,
    wake,
    tell: ({ kind, namespace, name, uid }, { type, outcome, message }, going) => {
      const event = { type, reason: outcome, action: "Deliver", note: message };
      if (going !== undefined) {
        const regarding = { apiVersion: "v1", kind: "Namespace", name: namespace, uid: going.uid };
        options.events.record(regarding, { ...event, note: `${kind} ${name}: ${message}` });
        return;
      }
      const apiVersion = `${CertificateImports.group}/${CertificateImports.version}`;
      options.events.record({ apiVersion, kind, namespace, name, uid }, event);
    },
    storesInUse,
    namespaceGoing: (namespace, signal) => goingNamespace(client, namespace, signal),
    log,
  };
  const built = { client, context, workers: workers * storesAtOnce, metrics, log };
  const delivered = <T extends DeliveryObject>(found: Delivering<T>): DeliveryWatch => {
    const controller = new DeliveryController<T>({ ...built, ...found });
    deliveries.push(controller.controller);
    return { ...found, controller };
  };
  const deliveries: Controller[] = [];
  const delivering = [delivered(imports), delivered(deployments), delivered(downloads)];
  const controlled = <T extends StoreObject>(
    kind: NonNullable<StoreRef["kind"]>,
    resource: Resource<T & KubeObject>,
    cache: Informer<T & KubeObject>,
  ): StoreWatch => {
    const checks = { client, stores, workers: workers * storesAtOnce, lookAgainMs, now, random, metrics, log };
    const { controller } = new StoreController({ ...checks, kind, resource, cache });
    manager.addController(controller);
    return { cache, controller };
  };
  const watched = [
    controlled("CertificateStore", CertificateStores, storeCache),
    ...(cluster ? [controlled("ClusterCertificateStore", ClusterCertificateStores, cluster.stores)] : []),
  ];
  for (const controller of [...deliveries, storesInUse.controller]) manager.addController(controller);
  wireReferences({
    secrets,
    configMaps,
    stores: watched,
    namespaces: cluster?.namespaces,
    imports: imports.cache,
    delivering,
  });
  return { close: () => stores.close() };

  function exists(resource: string, target: string): boolean {
    const key = keyOfResource(resource);
    // Another operator with our owner id may serve the other namespaces, as several with the default one do.
    if (namespaces?.includes(key.split("/", 1)[0] ?? "") === false) return true;
    const { kind, cache } = deliveringOf(resource) ?? {};
    const object = cache?.get(key);
    return object !== undefined && (kind?.subjectOf(object).targets.some(({ name }) => name === target) ?? false);
  }

  function otherKeysAt({ resource, target, address }: RecordedPlace): string[] {
    return delivering.flatMap(({ kind, cache }) =>
      cache.byIndex("place", address).flatMap((object) => keysAt(kind.subjectOf(object), resource, target, address)),
    );
  }

  function waits({ resource, target }: Claimant): boolean {
    const { kind, cache } = deliveringOf(resource) ?? {};
    const object = cache?.get(keyOfResource(resource));
    return object !== undefined && kind?.subjectOf(object).records.get(target)?.reason === heldBack;
  }

  /** By its key: no key of one kind is one of the other. */
  function checkStore(key: string): void {
    for (const { cache, controller } of watched) if (cache.get(key) !== undefined) controller.enqueue(key);
  }

  function wake({ resource, target }: Claimant): void {
    deliveringOf(resource)?.controller.enqueueTarget(keyOfResource(resource), target);
  }

  function deliveringOf(resource: string): DeliveryWatch | undefined {
    return delivering.find(({ kind }) => resource.startsWith(`${kind.kind}/`));
  }
}

/** One kind that delivers, and its cache. */
interface Delivering<T extends DeliveryObject> {
  readonly kind: DeliveryKind<T>;
  readonly cache: Informer<T & KubeObject>;
}

/** `Place.key` of what a subject has on record at an address, but for one target of one resource. */
function keysAt(subject: Subject, resource: string, target: string, address: string): string[] {
  const same = resourceName(subject) === resource;
  return [...subject.records].flatMap(([name, { place }]) =>
    place?.address === address && !(same && name === target) ? [place.key] : [],
  );
}

/** Names objects to who reads of a store: with their namespaces where it is a ClusterCertificateStore. */
function usersOf(kind: string, objects: readonly KubeObject[], store: string): string[] {
  return objects.map((object) => `${kind} ${store.includes("/") ? object.metadata.name : keyOf(object)}`);
}

/** Reason of a delivery whose place somebody else holds. */
const heldBack: Reason = "PlaceTaken";

function tellProblem(log: Logger, metrics: Metrics, { during, resource, namespace, error }: InformerProblem): void {
  if (during !== "handler") metrics.watchRestarts.inc({ resource });
  log.warn({ during, resource, namespace, err: error }, "a watch is interrupted; it is tried again");
}
