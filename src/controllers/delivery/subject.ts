import {
  type CertificateDownload,
  type CertificateImport,
  type ChainSpec,
  type DeliveryRecord,
  type DeploymentTarget,
  milliseconds,
  type PolicySet,
  type Rollout,
  type Schedule,
  type SourceSpec,
  type StoreDeployment,
  type StoreRef,
} from "../../crds/index.ts";

/** What a resource that delivers asks for, the same for every kind. */
export interface Subject {
  readonly kind: "CertificateImport" | "StoreDeployment" | "CertificateDownload";
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly created: string;
  readonly deleting: boolean;
  /** Value of `certferry.io/reconcile-requested-at`: a new one forces a run. */
  readonly requested: string | undefined;
  /** Value of `certferry.io/deliver-now`: a new one opens once. */
  readonly deliverNow?: string | undefined;
  readonly suspended: boolean;
  readonly schedule?: Schedule | undefined;
  readonly rollout?: Rollout | undefined;
  /** 0 looks only on a change. */
  readonly refreshMs: number;
  readonly source: SubjectSource;
  readonly targets: readonly Target[];
  readonly records: ReadonlyMap<string, DeliveryRecord>;
}

/** Where a subject's certificate comes from. */
export type SubjectSource =
  | { readonly spec: SourceSpec }
  | { readonly importName: string }
  | { readonly download: DownloadSource }
  /** The store of each target holds it already: what names it there. */
  | { readonly held: unknown };

/** A certificate that a store gives back. */
export interface DownloadSource {
  readonly storeRef: StoreRef;
  readonly provider: string;
  readonly block: unknown;
  /** The import whose certificate is asked for. */
  readonly importName?: string | undefined;
}

/** One place that a subject asks for. A CertificateImport has one, without a name. */
export interface Target {
  readonly name: string;
  readonly storeRef: StoreRef;
  readonly provider: string;
  readonly block: unknown;
  readonly chain: { readonly include: boolean; readonly root: "Include" | "Exclude" };
  readonly privateKey: "Include" | "Exclude";
  readonly policies: PolicySet;
  readonly suspended: boolean;
}

export const reconcileRequest = "certferry.io/reconcile-requested-at";
export const deliverNow = "certferry.io/deliver-now";
const longestEcho = 128;

/**
 * A CertificateImport as a subject with one target.
 * @param providers names of all that there are: which field is the block
 */
export function subjectOfImport(object: CertificateImport, providers: readonly string[]): Subject {
  const { spec, status } = object;
  const target: Target = {
    name: "",
    storeRef: spec.storeRef,
    ...blockOf({ ...spec }, providers),
    chain: chainOf(spec.chain),
    privateKey: spec.privateKey ?? "Include",
    policies: policiesOf(spec),
    suspended: false,
  };
  const records = new Map(status?.delivery === undefined ? [] : [["", status.delivery]]);
  return {
    kind: "CertificateImport",
    ...common(object),
    source: { spec: spec.source },
    targets: [target],
    records,
  };
}

/** A StoreDeployment as a subject. */
export function subjectOfDeployment(object: StoreDeployment, providers: readonly string[]): Subject {
  const { spec, status } = object;
  const policies = policiesOf(spec);
  const records = new Map((status?.targets ?? []).map(({ name, ...record }) => [name, record]));
  const targets = spec.targets.map((target) => targetOf(target, policies, providers));
  return {
    kind: "StoreDeployment",
    ...common(object),
    deliverNow: asked(object, deliverNow),
    schedule: spec.schedule,
    rollout: spec.rollout,
    source: sourceOf(spec),
    targets,
    records,
  };
}

/** The CRD sees to it that exactly one of them is set. */
function sourceOf({ source, commandCertificate, certificateRef }: StoreDeployment["spec"]): SubjectSource {
  if (source !== undefined) return { spec: source };
  return commandCertificate === undefined ? { importName: certificateRef?.name ?? "" } : { held: commandCertificate };
}

function targetOf(target: DeploymentTarget, policies: PolicySet, providers: readonly string[]): Target {
  return {
    name: target.name,
    storeRef: target.storeRef,
    ...blockOf({ ...target }, providers),
    chain: chainOf(target.chain),
    privateKey: target.privateKey ?? "Include",
    policies: {
      adoptionPolicy: target.adoptionPolicy ?? policies.adoptionPolicy,
      deletionPolicy: target.deletionPolicy ?? policies.deletionPolicy,
      driftPolicy: target.driftPolicy ?? policies.driftPolicy,
      downgradePolicy: target.downgradePolicy ?? policies.downgradePolicy,
    },
    suspended: target.suspend ?? false,
  };
}

/** What the subjects of all kinds take from their objects. */
export function common(object: CertificateImport | StoreDeployment | CertificateDownload) {
  const { metadata, spec } = object;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    created: metadata.creationTimestamp,
    deleting: metadata.deletionTimestamp !== undefined,
    requested: asked(object, reconcileRequest),
    suspended: spec.suspend ?? false,
    refreshMs: milliseconds(spec.refreshInterval ?? "1h"),
  };
}

/** What an annotation asks for, as long as status can echo it; an empty one asks for nothing. */
function asked(
  { metadata }: { readonly metadata: StoreDeployment["metadata"] },
  annotation: string,
): string | undefined {
  const value = metadata.annotations?.[annotation]?.slice(0, longestEcho);
  return value === "" ? undefined : value;
}

function policiesOf(spec: CertificateImport["spec"] | StoreDeployment["spec"]): PolicySet {
  return {
    adoptionPolicy: spec.adoptionPolicy ?? "IfMatching",
    deletionPolicy: spec.deletionPolicy ?? "Retain",
    driftPolicy: spec.driftPolicy ?? "Repair",
    downgradePolicy: spec.downgradePolicy ?? "Refuse",
  };
}

function chainOf(chain: ChainSpec | undefined): Target["chain"] {
  return { include: chain?.include ?? true, root: chain?.root ?? "Exclude" };
}

/** The block among the fields of a resource: the first that is named after a provider. */
export function blockOf(
  fields: Record<string, unknown>,
  providers: readonly string[],
): { provider: string; block: unknown } {
  const provider = providers.find((name) => fields[name] !== undefined) ?? "";
  return { provider, block: fields[provider] };
}
