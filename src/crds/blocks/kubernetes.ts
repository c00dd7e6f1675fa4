import * as z from "zod";
import { dataKey, namespaceName, objectName, type Scope, storeKeyReference, storeReference } from "../fields.ts";
import { exactlyOne, type Rule, rules } from "../rules.ts";
import { outputFields, outputRules, targetRulesFor, truststore } from "./outputs.ts";

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
    .describe("Secrets of this or another cluster, and ConfigMaps for what is downloaded.");
export type KubernetesStoreBlock = z.infer<ReturnType<typeof kubernetesStore>>;

const { format, ...otherFields } = outputFields;
const output = z
  .object({
    format: format.describe(
      "TLS writes tls.crt, tls.key and ca.crt; the others one key. CombinedPEM holds private key and certificates; PKCS12 and JKS are keystores.",
    ),
    key: dataKey.optional().describe("Key in the Secret; not with TLS, which has its own."),
    ...otherFields,
    truststoreKey: dataKey.optional().describe(`Key for a second keystore, ${truststore}`),
  })
  .meta(
    rules(
      {
        rule: "(self.format == 'TLS') != has(self.key)",
        message: "key must be set, except with format TLS, which writes tls.crt, tls.key and ca.crt",
      },
      ...outputRules("truststoreKey"),
    ),
  );

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

export const kubernetesTargetRules: readonly Rule[] = targetRulesFor("kubernetes");
