import { createHash } from "node:crypto";

/** Who sends a request. */
export type Identity = "operator" | "writer";

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly as: Identity;
  readonly method: "GET" | "PATCH" | "POST";
  readonly path: string;
  readonly contentType?: string;
  readonly body?: object;
  /** Keeps of the answer what later requests must state. */
  readonly learn?: (answer: Answer) => void;
}

interface Answer {
  readonly metadata: Stored;
  readonly data?: Readonly<Record<string, string>>;
}

/** One StoreDeployment with one target, a Secret that is not there yet. */
export interface Names {
  readonly home: string;
  readonly away: string;
  /** Of the deployment and of the Secret that it makes. */
  readonly name: string;
  readonly source: string;
  /** As the operator's own marks begin. */
  readonly ownerId: string;
  readonly clusterUid: string;
}

/** An object as it is stored before a write. */
export interface Stored {
  readonly uid: string;
  readonly resourceVersion: string;
}

const applied = "application/apply-patch+yaml";
const api = "/apis/certferry.io/v1alpha1";
const minute = 60_000;

/**
 * The requests of one first delivery, one after the other: read the source, look at the place, open the attempt, write the
 * place, save the receipt, tell the event. A test holds them against the audit log of a real one.
 */
export function* requestsOfDelivery(names: Names, deployment: Stored): Generator<WireRequest, void, undefined> {
  const { home, away, name, source } = names;
  let data: Readonly<Record<string, string>> = {};
  let { resourceVersion } = deployment;
  let secret: Stored = { uid: "", resourceVersion: "" };
  yield { ...read("operator", home, source), learn: (answer) => (data = answer.data ?? {}) };
  yield read("writer", away, name);
  yield {
    ...statusWrite(names, resourceVersion, attemptStatus(names)),
    learn: ({ metadata }) => ({ resourceVersion } = metadata),
  };
  // A version that no Secret has: it is made, or it is a conflict.
  yield { ...placeWrite(names, { resourceVersion: "1" }, data), learn: ({ metadata }) => (secret = metadata) };
  yield statusWrite(names, resourceVersion, receiptStatus(names, secret));
  yield {
    as: "operator",
    method: "POST",
    path: `/apis/events.k8s.io/v1/namespaces/${home}/events`,
    contentType: "application/json",
    body: eventOf(names, deployment.uid),
  };
}

/** The requests from a renewed source to its place: read the source, look at the place, write it. */
export function* requestsOfRotation(names: Names): Generator<WireRequest, void, undefined> {
  const { home, away, name, source } = names;
  let data: Readonly<Record<string, string>> = {};
  let place: Stored = { uid: "", resourceVersion: "" };
  yield { ...read("operator", home, source), learn: (answer) => (data = answer.data ?? {}) };
  yield { ...read("writer", away, name), learn: ({ metadata }) => (place = metadata) };
  yield placeWrite(names, { uid: place.uid, resourceVersion: place.resourceVersion }, data);
}

function read(as: Identity, namespace: string, name: string): WireRequest {
  return { as, method: "GET", path: `/api/v1/namespaces/${namespace}/secrets/${name}` };
}

function placeWrite(names: Names, condition: object, data: Readonly<Record<string, string>>): WireRequest {
  const { away: namespace, name } = names;
  return {
    as: "writer",
    method: "PATCH",
    path: `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=${managerOf(names)}&force=true`,
    contentType: applied,
    body: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name, ...condition, annotations: markOf(names) },
      type: "kubernetes.io/tls",
      data,
    },
  };
}

function statusWrite({ home, name }: Names, resourceVersion: string, status: object): WireRequest {
  return {
    as: "operator",
    method: "PATCH",
    path: `${api}/namespaces/${home}/storedeployments/${name}/status?fieldManager=certferry-status&force=true`,
    contentType: applied,
    body: {
      apiVersion: "certferry.io/v1alpha1",
      kind: "StoreDeployment",
      metadata: { namespace: home, name, resourceVersion },
      status,
    },
  };
}

function attemptStatus(names: Names): object {
  const now = new Date();
  const attempt = {
    number: 1,
    fingerprint: fingerprintOf(names),
    startedAt: now.toISOString(),
    deadline: new Date(now.getTime() + 1.5 * minute).toISOString(),
  };
  return {
    observedGeneration: -1,
    conditions: conditions("False", "True", "0 of 1 targets hold a certificate of ours", now, {}),
    summary: "0/1 delivered",
    targets: [{ name: "t", phase: "InProgress", reason: "Absent", place: placeOf(names), attempt }],
  };
}

function receiptStatus(names: Names, secret: Stored): object {
  const now = new Date();
  const sha256 = sha256Of("leaf");
  const notAfter = new Date(now.getTime() + 90 * 24 * 60 * minute).toISOString();
  const remote = {
    id: secret.uid,
    version: secret.resourceVersion,
    sha256,
    notAfter,
    observedAt: now.toISOString(),
  };
  return {
    observedGeneration: 1,
    conditions: conditions("True", "False", "All targets hold the newest certificate", now, { observedGeneration: 1 }),
    summary: "1/1 delivered",
    certificate: {
      subject: "CN=bench.example.com",
      issuer: "CN=Bench CA",
      serialNumber: "1F2E3D4C5B6A7988",
      sha1: sha256.slice(0, 40),
      sha256,
      notBefore: now.toISOString(),
      notAfter,
      dnsNames: ["bench.example.com"],
      keyAlgorithm: "EC P-256",
      hasPrivateKey: true,
    },
    source: { format: "PEM", resourceVersion: secret.resourceVersion },
    history: [
      {
        time: now.toISOString(),
        target: "t",
        sha256: sha256.slice(0, 16),
        outcome: "Delivered",
        message: "Delivered the certificate to the place that was named for it.",
      },
    ],
    targets: [
      {
        name: "t",
        phase: "Delivered",
        reason: "Delivered",
        place: placeOf(names),
        remote,
        fingerprint: fingerprintOf(names),
        deliveredAt: now.toISOString(),
      },
    ],
  };
}

function conditions(ready: string, going: string, message: string, now: Date, observed: object): object[] {
  const condition = (type: string, status: string, reason: string): object => ({
    type,
    status,
    reason,
    message,
    ...observed,
    lastTransitionTime: now.toISOString(),
  });
  return [
    condition("Ready", ready, "Delivered"),
    condition("Reconciling", going, "Delivered"),
    condition("Stalled", "False", "Delivered"),
    condition("Delivered", ready, "Delivered"),
    condition("SourceValid", "True", "Valid"),
  ];
}

function placeOf({ away, name, clusterUid }: Names): object {
  return {
    storeRef: { name: "apps" },
    address: `kubernetes:${clusterUid}/${away}/${name}`,
    key: JSON.stringify({ namespace: away, name }),
    deletionPolicy: "Retain",
  };
}

function eventOf({ home, name, away }: Names, uid: string): object {
  const now = new Date().toISOString().replace("Z", "000Z");
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace: home, name: `${name}.${sha256Of(name).slice(0, 13)}` },
    eventTime: now,
    reportingController: "certferry.io/operator",
    reportingInstance: "bench_0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a",
    type: "Normal",
    reason: "Delivered",
    action: "Deliver",
    note: `Target t: Delivered to ${away}/${name}.`,
    regarding: { apiVersion: "certferry.io/v1alpha1", kind: "StoreDeployment", namespace: home, name, uid },
  };
}

function markOf(names: Names): Readonly<Record<string, string>> {
  const mark = markText(names);
  const text = JSON.stringify({ mark, keys: ["tls.crt", "tls.key", "ca.crt"], created: true });
  return { [`owner.certferry.io/${sha256Of(mark).slice(0, 12)}`]: text };
}

function managerOf(names: Names): string {
  return `certferry-${sha256Of(markText(names)).slice(0, 32)}`;
}

function markText({ ownerId, home, name }: Names): string {
  return `${ownerId}/StoreDeployment/${home}/${name}/t`;
}

function fingerprintOf(names: Names): string {
  return `${sha256Of("key").slice(0, 8)}:${sha256Of(markText(names))}`;
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
