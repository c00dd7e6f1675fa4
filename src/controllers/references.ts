import { isDeepStrictEqual } from "node:util";
import type { CertificateImport, SecretKeyRef, StoreDeployment, StoreRef } from "../crds/index.ts";
import type { CacheEvent, Informer, KubeObject, PartialObjectMetadata } from "../kube/index.ts";
import { keyOf } from "../kube/index.ts";
import { passwordRefs, storeKey, type StoreObject } from "../resolve/index.ts";
import type { StoreController } from "./certificate-store/controller.ts";
import type { DeliveryController } from "./delivery/controller.ts";
import type { Subject, Target } from "./delivery/subject.ts";

export interface References {
  readonly secrets: Informer<PartialObjectMetadata>;
  readonly configMaps: Informer<PartialObjectMetadata>;
  /** Of each kind of stores, its cache and its controller. */
  readonly stores: readonly StoreWatch[];
  /** Absent where there are no cluster stores. */
  readonly namespaces: Informer<PartialObjectMetadata> | undefined;
  readonly imports: Informer<CertificateImport & KubeObject>;
  readonly deployments: Informer<StoreDeployment & KubeObject>;
  readonly importController: DeliveryController<CertificateImport>;
  readonly deploymentController: DeliveryController<StoreDeployment>;
}

/** What of one kind of stores others refer to. */
export interface StoreWatch {
  readonly cache: Pick<Informer<StoreObject & KubeObject>, "onChange" | "byIndex">;
  readonly controller: Pick<StoreController["controller"], "enqueue">;
}

/**
 * Who is run again when something that it refers to changes: the targets of a changed source, of a changed import, and of
 * a store that is another one now, by its spec or by its credentials. First lists wake nobody: everything runs then anyway.
 */
export function wireReferences(all: References): void {
  all.secrets.onChange((event) => {
    if (event.initial) return;
    source(all, `Secret/${event.key}`);
    for (const { cache, controller } of all.stores) {
      for (const store of cache.byIndex("secrets", event.key)) {
        controller.enqueue(keyOf(store));
        usersOf(all, keyOf(store));
      }
    }
  });
  all.configMaps.onChange((event) => {
    if (!event.initial) source(all, `ConfigMap/${event.key}`);
  });
  for (const { cache } of all.stores) {
    cache.onChange((event) => {
      if (!event.initial && specChanged(event)) usersOf(all, event.key);
    });
  }
  all.namespaces?.onChange((event) => {
    if (!event.initial && relabelled(event)) clusterUsersIn(all, event.key);
  });
  all.imports.onChange((event) => {
    if (event.initial || !specChanged(event)) return;
    for (const deployment of all.deployments.byIndex("import", event.key)) {
      all.deploymentController.enqueueTargets(keyOf(deployment));
    }
  });
}

/** The index keys of all that a subject is read from, but for its store and its import: `Secret/<namespace>/<name>`. */
export function referredTo(
  { namespace, source, targets }: Subject,
  secretsOf: (target: Target) => readonly SecretKeyRef[],
): string[] {
  const spec = "spec" in source ? source.spec : undefined;
  const secrets = [
    ...(spec === undefined ? [] : [spec.secretRef, ...passwordRefs(spec)]),
    ...targets.flatMap((target) => secretsOf(target)),
  ].flatMap((ref) => ref?.name ?? []);
  return [
    ...[...new Set(secrets)].map((name) => `Secret/${keyOf({ namespace, name })}`),
    ...(spec?.configMapRef === undefined ? [] : [`ConfigMap/${keyOf({ namespace, name: spec.configMapRef.name })}`]),
  ];
}

function source({ imports, deployments, importController, deploymentController }: References, key: string): void {
  for (const found of imports.byIndex("source", key)) {
    importController.enqueueTargets(keyOf(found));
    for (const deployment of deployments.byIndex("import", keyOf(found))) {
      deploymentController.enqueueTargets(keyOf(deployment));
    }
  }
  for (const found of deployments.byIndex("source", key)) deploymentController.enqueueTargets(keyOf(found));
}

/** The objects, too: their removals may wait for the store. */
function usersOf({ imports, deployments, importController, deploymentController }: References, store: string): void {
  for (const found of imports.byIndex("store", store)) {
    importController.controller.enqueue(keyOf(found));
    importController.enqueueTargets(keyOf(found));
  }
  for (const { metadata, spec } of deployments.byIndex("store", store)) {
    deploymentController.controller.enqueue(keyOf({ metadata }));
    for (const { name, storeRef } of spec.targets) {
      if (storeKey(metadata.namespace, storeRef) === store)
        deploymentController.enqueueTarget(keyOf({ metadata }), name);
    }
  }
}

/** Grants go by the labels of the user's namespace. */
function clusterUsersIn(all: References, namespace: string): void {
  for (const found of all.imports.byIndex("clusterUser", namespace)) all.importController.enqueueTargets(keyOf(found));
  for (const found of all.deployments.byIndex("clusterUser", namespace)) {
    all.deploymentController.enqueueTargets(keyOf(found));
  }
}

/** For the index `clusterUser`: the namespace, when one of its stores belongs to the cluster. */
export function clusterUser(namespace: string, refs: readonly StoreRef[]): readonly string[] {
  return refs.some(({ kind }) => kind === "ClusterCertificateStore") ? [namespace] : [];
}

function relabelled({ old, new: object }: CacheEvent<PartialObjectMetadata>): boolean {
  return !isDeepStrictEqual(old?.metadata.labels ?? {}, object?.metadata.labels ?? {});
}

function specChanged({ old, new: object }: CacheEvent<KubeObject>): boolean {
  if (old === undefined || object === undefined) return true;
  return old.metadata.generation !== object.metadata.generation || old.metadata.uid !== object.metadata.uid;
}
