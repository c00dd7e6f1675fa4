/** What one rule of a CRD takes and refuses, and in which words. */
export interface Row {
  /** Path of the field that the refusal names, `spec.targets[0].chain`. */
  readonly at: string;
  /** The user's words: a rule's whole message, or what the API server says of a pattern, an enum or a bound. */
  readonly says: string;
  /** A whole object that is taken. */
  readonly accepted: AdmissionObject;
  /** One that differs from it in what the rule is about. */
  readonly refused: AdmissionObject;
  /** What is stored before, where the rule is about a change. */
  readonly stored?: AdmissionObject;
}

export type Kind =
  | "CertificateStore"
  | "ClusterCertificateStore"
  | "CertificateImport"
  | "StoreDeployment"
  | "CertificateDownload";

/** An object but for its name. */
export interface AdmissionObject {
  readonly kind: Kind;
  readonly spec: object;
}

export function row(at: string, says: string, accepted: AdmissionObject, refused: AdmissionObject): Row {
  return { at, says, accepted, refused };
}

/** A rule about a change of what is stored. */
export function change(
  at: string,
  says: string,
  stored: AdmissionObject,
  accepted: AdmissionObject,
  refused: AdmissionObject,
): Row {
  return { at, says, accepted, refused, stored };
}

export function store(spec: object): AdmissionObject {
  return { kind: "CertificateStore", spec };
}

export function clusterStore(spec: object): AdmissionObject {
  return { kind: "ClusterCertificateStore", spec };
}

const source = { secretRef: { name: "web-tls" } };
const storeRef = { name: "apps" };
const kubernetes = { name: "web", outputs: [{ format: "TLS" }] };

/** An import into a Secret, unless `more` says otherwise. */
export function importOf(more: object = { kubernetes }): AdmissionObject {
  return { kind: "CertificateImport", spec: { source, storeRef, ...more } };
}

/** A deployment into a Secret, unless `more` says otherwise. */
export function deploymentOf(more: object = {}): AdmissionObject {
  return { kind: "StoreDeployment", spec: { source, targets: [targetOf({ kubernetes })], ...more } };
}

export function targetOf(more: object): object {
  return { name: "one", storeRef, ...more };
}

/** A download into a ConfigMap. */
export function downloadOf(
  block: object,
  target: object = { configMap: { name: "web", key: "web.pem" } },
): AdmissionObject {
  return { kind: "CertificateDownload", spec: { storeRef, target: { storeRef, ...target }, ...block } };
}

/** What the API server says of a value that is none of these. */
export function oneOf(...values: string[]): string {
  return `supported values: ${values.map((value) => `"${value}"`).join(", ")}`;
}

/** What the API server says of a text that does not match a pattern. */
export function matching(pattern: string): string {
  return `in body should match '${pattern}'`;
}

export const atLeast = (bound: number): string => `in body should be greater than or equal to ${bound}`;
export const atMost = (bound: number): string => `in body should be less than or equal to ${bound}`;
export const atMostItems = (bound: number): string => `must have at most ${bound} items`;
export const atLeastItems = (bound: number): string => `in body should have at least ${bound} items`;

/** So many different fields of a map. */
export function fields(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
}
