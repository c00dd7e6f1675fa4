import { isDeepStrictEqual } from "node:util";
import type { CertificateImport, SecretKeyRef, StoreRef } from "../crds/index.ts";
import type { CacheEvent, Informer, KubeObject, PartialObjectMetadata } from "../kube/index.ts";
import { keyOf } from "../kube/index.ts";
import { passwordRefs, storeKey, type StoreObject } from "../resolve/index.ts";
import type { StoreController } from "./certificate-store/controller.ts";
import type { DeliveryController } from "./delivery/controller.ts";
import type { DeliveryKind, DeliveryObject } from "./delivery/kind.ts";
import { holding, holdingKeys } from "./delivery/holders.ts";
import { importedBy } from "./delivery/imported.ts";
import { storesNeeded } from "./delivery/stores-in-use.ts";
import type { Subject, Target } from "./delivery/subject.ts";

export interface References {
  readonly secrets: Informer<PartialObjectMetadata>;
  readonly configMaps: Informer<PartialObjectMetadata>;
  /** Of each kind of stores, its cache and its controller. */
  readonly stores: readonly StoreWatch[];
  /** Absent where there are no cluster stores. */
  readonly namespaces: Informer<PartialObjectMetadata> | undefined;
  readonly imports: Informer<CertificateImport & KubeObject>;
  /** Of each kind that delivers, imports among them. */
  readonly delivering: readonly DeliveryWatch[];
}

/** One kind that delivers; its cache has the indexes of `subjectIndexes`. */
export interface DeliveryWatch {
  readonly kind: Pick<DeliveryKind, "kind" | "subjectOf">;
  readonly cache: Pick<Informer<DeliveryObject & KubeObject>, "byIndex" | "get">;
  readonly controller: Pick<DeliveryController<DeliveryObject>, "enqueue" | "enqueueTarget" | "enqueueTargets">;
}

/** What of one kind of stores others refer to. */
export interface StoreWatch {
  readonly cache: Pick<Informer<StoreObject & KubeObject>, "onChange" | "byIndex" | "get">;
  readonly controller: Pick<StoreController["controller"], "enqueue">;
}

/**
 * Who is run again when something that it refers to changes: the targets of a changed source, of a changed import, and of
 * a store that is another one now, by its spec or by what it refers to. First lists wake nobody: everything runs then anyway.
 */
export function wireReferences(all: References): void {
  all.secrets.onChange((event) => {
    if (event.initial) return;
    source(all, `Secret/${event.key}`);
    storesWith(all, "secrets", event.key);
  });
  all.configMaps.onChange((event) => {
    if (event.initial) return;
    source(all, `ConfigMap/${event.key}`);
    storesWith(all, "configMaps", event.key);
  });
  for (const { cache } of all.stores) {
    cache.onChange((event) => {
      if (!event.initial && specChanged(event)) usersOf(all, event.key);
    });
  }
  all.namespaces?.onChange((event) => {
    // Grants go by the labels of the user's namespace.
    if (!event.initial && relabelled(event)) wake(all, "clusterUser", event.key);
  });
  all.imports.onChange((event) => {
    if (event.initial) return;
    if (specChanged(event)) wake(all, "import", event.key);
    if (specChanged(event) || importedChanged(event)) wake(all, "imported", event.key);
    for (const key of holdingChanged(event)) wake(all, holding, key, event.key);
  });
}

/** The indexes by which the users of something are found. */
export function subjectIndexes<T extends DeliveryObject>(
  subjectOf: (object: T) => Subject,
  secretsOf: (target: Target) => readonly SecretKeyRef[],
  deploysHeld: (target: Target) => boolean,
): Record<
  "source" | "store" | "needs" | "clusterUser" | "import" | "imported" | "place" | typeof holding,
  (object: T) => readonly string[]
> {
  return {
    source: (object) => referredTo(subjectOf(object), secretsOf),
    store: (object) => {
      const subject = subjectOf(object);
      return storeRefsOf(subject).map((ref) => storeKey(subject.namespace, ref));
    },
    needs: (object) => storesNeeded(subjectOf(object), object.status?.previous ?? []),
    clusterUser: (object) => {
      const subject = subjectOf(object);
      return clusterUser(subject.namespace, storeRefsOf(subject));
    },
    import: (object) => {
      const { namespace, source } = subjectOf(object);
      return "importName" in source ? [keyOf({ namespace, name: source.importName })] : [];
    },
    place: (object) => {
      const addresses = [...subjectOf(object).records.values()].flatMap(({ place }) => place?.address ?? []);
      return [...new Set(addresses)];
    },
    imported: (object) => {
      const { namespace, source, targets } = subjectOf(object);
      const name = importedName(source, targets.some(deploysHeld));
      return name === undefined ? [] : [keyOf({ namespace, name })];
    },
    [holding]: holdingKeys,
  };
}

/** The import of which it counts what it has brought into its store. */
function importedName(source: Subject["source"], held: boolean): string | undefined {
  if ("download" in source) return source.download.importName;
  return held && "importName" in source ? source.importName : undefined;
}

function storeRefsOf({ source, targets }: Subject): readonly StoreRef[] {
  const from = "download" in source ? [source.download.storeRef] : [];
  return [...from, ...targets.map(({ storeRef }) => storeRef)];
}

/** The index keys of all that a subject is read from, but for its store and its import: `Secret/<namespace>/<name>`. */
function referredTo(
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

function source(all: References, key: string): void {
  wake(all, "source", key);
  for (const found of all.imports.byIndex("source", key)) wake(all, "import", keyOf(found));
}

/** A store that refers to it is another one now. */
function storesWith(all: References, index: "secrets" | "configMaps", key: string): void {
  for (const { cache, controller } of all.stores) {
    for (const store of cache.byIndex(index, key)) {
      controller.enqueue(keyOf(store));
      usersOf(all, keyOf(store));
    }
  }
}

/** The objects, too: their removals may wait for the store. */
function usersOf({ delivering }: References, store: string): void {
  for (const { kind, cache, controller } of delivering) {
    for (const found of cache.byIndex("store", store)) {
      controller.enqueue(keyOf(found));
      const { namespace, source, targets } = kind.subjectOf(found);
      const from = "download" in source && storeKey(namespace, source.download.storeRef) === store;
      for (const { name, storeRef } of targets) {
        if (from || storeKey(namespace, storeRef) === store) controller.enqueueTarget(keyOf(found), name);
      }
    }
  }
}

/** Runs all targets of those that an index names. @param but not those of this object */
function wake({ delivering }: References, index: string, key: string, but?: string): void {
  for (const { cache, controller } of delivering) {
    for (const found of cache.byIndex(index, key).filter((one) => keyOf(one) !== but)) {
      controller.enqueueTargets(keyOf(found));
    }
  }
}

/** For the index `clusterUser`: the namespace, when one of its stores belongs to the cluster. */
function clusterUser(namespace: string, refs: readonly StoreRef[]): readonly string[] {
  return refs.some(({ kind }) => kind === "ClusterCertificateStore") ? [namespace] : [];
}

/** Another certificate lies in the store, another version of it, or none any more. */
function importedChanged({ old, new: object }: CacheEvent<CertificateImport & KubeObject>): boolean {
  const [before, after] = [importedBy(old), importedBy(object)];
  return before?.id !== after?.id || before?.version !== after?.version || before?.sha256 !== after?.sha256;
}

/** What an import has come to hold, or will not hold for long: who else does may have to decide now, or not any more. */
function holdingChanged({ old, new: object }: CacheEvent<CertificateImport & KubeObject>): readonly string[] {
  const lasting = (one: typeof old): readonly string[] =>
    one === undefined || one.metadata.deletionTimestamp !== undefined ? [] : holdingKeys(one);
  const [before, after] = [lasting(old), lasting(object)];
  return [...before.filter((key) => !after.includes(key)), ...after.filter((key) => !before.includes(key))];
}

function relabelled({ old, new: object }: CacheEvent<PartialObjectMetadata>): boolean {
  return !isDeepStrictEqual(old?.metadata.labels ?? {}, object?.metadata.labels ?? {});
}

function specChanged({ old, new: object }: CacheEvent<KubeObject>): boolean {
  if (old === undefined || object === undefined) return true;
  return old.metadata.generation !== object.metadata.generation || old.metadata.uid !== object.metadata.uid;
}
