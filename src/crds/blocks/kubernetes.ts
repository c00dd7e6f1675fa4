import * as z from "zod";
import {
  alias,
  dataKey,
  namespaceName,
  objectName,
  type Scope,
  secretKeyRef,
  storeKeyReference,
  storeReference,
} from "../fields.ts";
import { exactlyOne, type Rule, rules } from "../rules.ts";

/** How a store reaches a cluster. */
export const kubernetesStore = (scope: Scope) =>
  z
    .object({
      auth: z
        .object({
          serviceAccountRef: storeReference(scope, "Name of the ServiceAccount.")
            .optional()
            .describe(
              "Write into this cluster with the rights of this ServiceAccount. A Role must grant the operator create on serviceaccounts/token for it.",
            ),
          kubeconfigSecretRef: storeKeyReference(scope, "Name of the Secret.", "Key that holds the kubeconfig.")
            .optional()
            .describe(
              "Write into the cluster of this kubeconfig. It holds one context with inline data; exec, files and proxies are refused.",
            ),
        })
        .meta(rules(exactlyOne("serviceAccountRef", "kubeconfigSecretRef")))
        .describe("With whose rights to write; never the operator's own."),
    })
    .describe("Secrets of this or another cluster.");
export type KubernetesStoreBlock = z.infer<ReturnType<typeof kubernetesStore>>;

export const output = z
  .object({
    format: z
      .enum(["TLS", "PEM", "CombinedPEM", "DER", "PKCS7", "PKCS12", "JKS"])
      .describe(
        "TLS writes tls.crt, tls.key and ca.crt; the others one key. CombinedPEM holds private key and certificates; PKCS12 and JKS are keystores.",
      ),
    key: dataKey.optional().describe("Key in the Secret; not with TLS, which has its own."),
    content: z
      .enum(["Leaf", "Chain", "LeafAndChain", "Key", "All"])
      .optional()
      .describe(
        "What PEM, PKCS7 and DER hold: LeafAndChain when unset, for DER Leaf. DER has room for Leaf or Key, PKCS7 for certificates.",
      ),
    profile: z
      .enum(["LegacyRC2", "LegacyDES", "Modern2023", "Modern2026", "Passwordless"])
      .optional()
      .describe("How a PKCS12 is encrypted; Modern2023 when unset. docs/formats.md says which program reads which."),
    alias: alias
      .optional()
      .describe("Name of our entry in a keystore; certificate when unset. Entries of other names are kept."),
    passwordSecretRef: secretKeyRef
      .optional()
      .describe("Password of the keystore, as it lies in the Secret, line breaks included."),
    previousPasswordSecretRef: secretKeyRef
      .optional()
      .describe("Password that the keystore may still have: it is opened with it and written with the new one."),
    truststoreKey: dataKey
      .optional()
      .describe(
        "Key for a second keystore, with the source's CA certificates or else the chain's root; left out where neither is known.",
      ),
  })
  .meta(
    rules(
      {
        rule: "(self.format == 'TLS') != has(self.key)",
        message: "key must be set, except with format TLS, which writes tls.crt, tls.key and ca.crt",
      },
      {
        rule: "!has(self.content) || self.format == 'PEM' || self.format == 'DER' && self.content in ['Leaf', 'Key'] || self.format == 'PKCS7' && !(self.content in ['Key', 'All'])",
        message: "content goes only with format PEM, DER (Leaf or Key) and PKCS7 (Leaf, Chain or LeafAndChain)",
      },
      {
        rule: "self.format in ['PKCS12', 'JKS'] || !(has(self.alias) || has(self.passwordSecretRef) || has(self.previousPasswordSecretRef) || has(self.truststoreKey))",
        message:
          "alias, passwordSecretRef, previousPasswordSecretRef and truststoreKey go only with the keystores PKCS12 and JKS",
      },
      { rule: "!has(self.profile) || self.format == 'PKCS12'", message: "profile goes only with format PKCS12" },
      {
        rule: "!(self.format in ['PKCS12', 'JKS']) || has(self.passwordSecretRef) != (has(self.profile) && self.profile == 'Passwordless')",
        message: "a keystore needs passwordSecretRef, except with profile Passwordless, which takes none",
      },
    ),
  );
export type KubernetesOutput = z.infer<typeof output>;

/** Of labels and annotations. A map's keys have no pattern of their own in a CRD, so CEL checks their form, too. */
const metadataKeys = [
  {
    rule: "self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$'))",
    message:
      "a key is a name of at most 63 letters, digits, '-', '_' and '.', with an optional DNS name and '/' before it",
  },
  {
    rule: "self.all(k, !k.matches('^([^/]*[.])?(kubernetes[.]io|k8s[.]io|certferry[.]io|helm[.]sh|argoproj[.]io)/') || k.startsWith('app.kubernetes.io/'))",
    message:
      "keys under kubernetes.io, k8s.io, certferry.io, helm.sh and argoproj.io are reserved (app.kubernetes.io is allowed)",
  },
];

const labelValue = z
  .string()
  .max(63)
  .regex(/^([a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?)?$/);

/** Types that Kubernetes or Helm gives a meaning of its own hold no certificates, and some of them hold rights. */
const secretType = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-zA-Z0-9]([-a-zA-Z0-9_./]*[a-zA-Z0-9])?$/)
  .meta(
    rules({
      rule: "self == 'kubernetes.io/tls' || !['kubernetes.io/', 'bootstrap.kubernetes.io/', 'helm.sh/'].exists(p, self.startsWith(p))",
      message:
        "must be Opaque, kubernetes.io/tls or a type of your own; Secrets of Kubernetes' and Helm's other types are never written",
    }),
  );

/** The spot in a cluster that holds one bundle: keys of one Secret. */
export const kubernetesTarget = z
  .object({
    namespace: namespaceName.optional().describe("Namespace of the Secret; this resource's own when unset."),
    name: objectName.describe("Name of the Secret."),
    type: secretType
      .optional()
      .describe("Type of the Secret; kubernetes.io/tls where an output is TLS, else Opaque, when unset."),
    labels: z
      .record(z.string(), labelValue)
      .meta({ maxProperties: 32, ...rules(...metadataKeys) })
      .optional()
      .describe("Labels to set on the Secret."),
    annotations: z
      .record(z.string(), z.string().max(4096))
      .meta({ maxProperties: 32, ...rules(...metadataKeys) })
      .optional()
      .describe("Annotations to set on the Secret."),
    outputs: z
      .array(output)
      .min(1)
      .max(8)
      .meta({ "x-kubernetes-list-type": "atomic" })
      .describe("What to write into it."),
  })
  .meta(
    rules(
      {
        rule: "self.outputs.all(a, !has(a.key) || self.outputs.exists_one(b, has(b.key) && a.key == b.key)) && self.outputs.filter(o, o.format == 'TLS').size() <= 1",
        message: "two outputs write the same key; give each its own",
      },
      {
        rule: "self.outputs.all(a, !has(a.truststoreKey) || self.outputs.exists_one(b, has(b.truststoreKey) && b.truststoreKey == a.truststoreKey) && !self.outputs.exists(b, has(b.key) && b.key == a.truststoreKey))",
        message: "truststoreKey names a key that another output writes, too; give each its own",
      },
      {
        rule: "!self.outputs.exists(o, o.format == 'TLS') || !self.outputs.exists(o, has(o.key) && o.key in ['tls.crt', 'tls.key', 'ca.crt'] || has(o.truststoreKey) && o.truststoreKey in ['tls.crt', 'tls.key', 'ca.crt'])",
        message: "format TLS writes tls.crt, tls.key and ca.crt; choose another key for the other output",
      },
    ),
  )
  .describe("Keys of a Secret.");
export type KubernetesTarget = z.infer<typeof kubernetesTarget>;

export const kubernetesTargetRules: readonly Rule[] = [
  {
    rule: "!has(self.kubernetes) || !has(self.privateKey) || self.privateKey == 'Include' || !self.kubernetes.outputs.exists(o, o.format in ['TLS', 'CombinedPEM', 'JKS'] || (has(o.content) && o.content in ['Key', 'All']))",
    message:
      "format TLS, CombinedPEM and JKS, and content Key or All, hold the private key; with privateKey: Exclude use another format or content",
  },
  {
    rule: "!has(self.kubernetes) || !has(self.chain) || !has(self.chain.include) || self.chain.include || !self.kubernetes.outputs.exists(o, has(o.content) && o.content == 'Chain')",
    message: "an output with content Chain would be empty with chain.include: false; leave one of them out",
  },
];
