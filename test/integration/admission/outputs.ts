import {
  type AdmissionObject,
  atLeastItems,
  atMostItems,
  fields,
  importOf,
  matching,
  oneOf,
  type Row,
  row,
} from "./row.ts";

const passwordSecretRef = { name: "p", key: "k" };
const place = (more: object, beside: object = {}): AdmissionObject =>
  importOf({ kubernetes: { name: "web", outputs: [{ format: "TLS" }], ...more }, ...beside });
const into = (outputs: readonly object[], beside: object = {}): AdmissionObject => place({ outputs }, beside);
const one = (output: object, beside: object = {}): AdmissionObject => into([output], beside);

const keystore = { format: "PKCS12", key: "a", passwordSecretRef };
const pem = { format: "PEM", key: "a" };
const every = into([
  { format: "TLS" },
  { format: "PEM", key: "a", content: "All" },
  { format: "CombinedPEM", key: "b" },
  { format: "DER", key: "c", content: "Key" },
  { format: "PKCS7", key: "d", content: "Chain" },
  {
    format: "JKS",
    key: "e",
    alias: "web",
    truststoreKey: "t1",
    passwordSecretRef,
    previousPasswordSecretRef: passwordSecretRef,
  },
  { format: "PKCS12", key: "f", profile: "Modern2026", passwordSecretRef, truststoreKey: "t2" },
  { format: "PKCS12", key: "g", profile: "Passwordless" },
]);

const at = "spec.kubernetes.outputs[0]";
const keyed = "key must be set, except with format TLS, which writes tls.crt, tls.key and ca.crt";
const content = "content goes only with format PEM, DER (Leaf or Key) and PKCS7 (Leaf, Chain or LeafAndChain)";
const keystores =
  "alias, passwordSecretRef, previousPasswordSecretRef and truststoreKey go only with the keystores PKCS12 and JKS";
const password = "a keystore needs passwordSecretRef, except with profile Passwordless, which takes none";
const trusted = "truststoreKey names a key that another output writes, too; give each its own";
const privateKey =
  "format TLS, CombinedPEM and JKS, and content Key or All, hold the private key; with privateKey: Exclude use another format or content";
const reserved =
  "keys under kubernetes.io, k8s.io, certferry.io, helm.sh and argoproj.io are reserved (app.kubernetes.io is allowed)";
const named =
  "a key is a name of at most 63 letters, digits, '-', '_' and '.', with an optional DNS name and '/' before it";
const taken = into([{ format: "TLS" }, keystore]);

const outputRows: readonly Row[] = [
  row(at, keyed, every, one({ format: "TLS", key: "a" })),
  row(at, keyed, every, one({ format: "PKCS12", passwordSecretRef })),
  row(at, content, every, one({ format: "DER", key: "a", content: "Chain" })),
  row(at, content, every, one({ format: "PKCS7", key: "a", content: "All" })),
  row(at, content, every, one({ ...keystore, content: "All" })),
  row(at, keystores, every, one({ ...pem, alias: "web" })),
  row(at, keystores, every, one({ ...pem, passwordSecretRef })),
  row(at, keystores, every, one({ ...pem, previousPasswordSecretRef: passwordSecretRef })),
  row(at, keystores, every, one({ ...pem, truststoreKey: "b" })),
  row(at, "profile goes only with format PKCS12", every, one({ ...keystore, format: "JKS", profile: "Modern2023" })),
  row(at, password, every, one({ format: "PKCS12", key: "a" })),
  row(at, password, every, one({ format: "JKS", key: "a" })),
  row(at, password, every, one({ ...keystore, profile: "Passwordless" })),
  row(
    `${at}.format`,
    oneOf("TLS", "PEM", "CombinedPEM", "DER", "PKCS7", "PKCS12", "JKS"),
    every,
    one({ ...pem, format: "JCEKS" }),
  ),
  row(
    `${at}.content`,
    oneOf("Leaf", "Chain", "LeafAndChain", "Key", "All"),
    one({ ...pem, content: "LeafAndChain" }),
    one({ ...pem, content: "Root" }),
  ),
  row(
    `${at}.profile`,
    oneOf("LegacyRC2", "LegacyDES", "Modern2023", "Modern2026", "Passwordless"),
    one({ ...keystore, profile: "LegacyRC2" }),
    one({ ...keystore, profile: "Strong" }),
  ),
  row("spec.kubernetes.outputs", atLeastItems(1), every, into([])),
];

const placeRows: readonly Row[] = [
  row("spec.kubernetes", "two outputs write the same key; give each its own", every, into([keystore, pem])),
  row(
    "spec.kubernetes",
    "two outputs write the same key; give each its own",
    every,
    into([{ format: "TLS" }, { format: "TLS" }]),
  ),
  row(
    "spec.kubernetes",
    trusted,
    every,
    into([
      { ...keystore, truststoreKey: "b" },
      { ...pem, key: "b" },
    ]),
  ),
  row("spec.kubernetes", trusted, every, one({ ...keystore, truststoreKey: "a" })),
  row(
    "spec.kubernetes",
    trusted,
    every,
    into([
      { ...keystore, truststoreKey: "t" },
      { ...keystore, key: "b", truststoreKey: "t" },
    ]),
  ),
  row(
    "spec.kubernetes",
    "format TLS writes tls.crt, tls.key and ca.crt; choose another key for the other output",
    taken,
    into([{ format: "TLS" }, { ...keystore, truststoreKey: "ca.crt" }]),
  ),
  row(
    "spec.kubernetes.type",
    "must be Opaque, kubernetes.io/tls or a type of your own; Secrets of Kubernetes' and Helm's other types are never written",
    place({ type: "example.com/keystore" }),
    place({ type: "helm.sh/release.v1" }),
  ),
  row(
    "spec.kubernetes.type",
    matching("^[a-zA-Z0-9]([-a-zA-Z0-9_./]*[a-zA-Z0-9])?$"),
    place({ type: "Opaque" }),
    place({ type: "-opaque" }),
  ),
  row(
    "spec.kubernetes.labels",
    named,
    place({ labels: { "example.com/app_1": "web" } }),
    place({ labels: { "-app": "web" } }),
  ),
  row(
    "spec.kubernetes.annotations",
    reserved,
    place({ annotations: { "app.kubernetes.io/name": "web" } }),
    place({ annotations: { "sub.argoproj.io/x": "web" } }),
  ),
  row(
    "spec.kubernetes.labels.app",
    matching("^([a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?)?$"),
    place({ labels: { app: "" } }),
    place({ labels: { app: "a b" } }),
  ),
  row("spec.kubernetes.labels", atMostItems(32), place({ labels: fields(32) }), place({ labels: fields(33) })),
  row(
    "spec.kubernetes.annotations",
    atMostItems(32),
    place({ annotations: fields(32) }),
    place({ annotations: fields(33) }),
  ),
];

const besideRows: readonly Row[] = [
  row("spec", privateKey, one(keystore, { privateKey: "Exclude" }), one({ format: "TLS" }, { privateKey: "Exclude" })),
  row(
    "spec",
    privateKey,
    one(pem, { privateKey: "Exclude" }),
    one({ ...pem, content: "Key" }, { privateKey: "Exclude" }),
  ),
  row(
    "spec",
    privateKey,
    one(pem, { privateKey: "Exclude" }),
    one({ format: "JKS", key: "a", passwordSecretRef }, { privateKey: "Exclude" }),
  ),
  row(
    "spec",
    "an output with content Chain would be empty with chain.include: false; leave one of them out",
    one({ format: "PKCS7", key: "a", content: "Leaf" }, { chain: { include: false } }),
    one({ format: "PKCS7", key: "a", content: "Chain" }, { chain: { include: false } }),
  ),
  row(
    "spec",
    "exactly one of keyfactorCommand, azureKeyVault, kubernetes, filesystem must be set",
    place({}),
    place({}, { azureKeyVault: {} }),
  ),
];

export const outputsRows: readonly Row[] = [...outputRows, ...placeRows, ...besideRows];
