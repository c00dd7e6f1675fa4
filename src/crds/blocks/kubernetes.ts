import { z } from "zod";
import { dataKey, namespaceName, objectName } from "../fields.ts";
import { exactlyOne, rules } from "../rules.ts";

/** How a CertificateStore reaches a cluster. */
export const kubernetesStore = z
  .object({
    auth: z
      .object({
        serviceAccountRef: z
          .object({ name: objectName.describe("ServiceAccount in the store's namespace.") })
          .optional()
          .describe(
            "Write into this cluster with the rights of this ServiceAccount. A Role must grant the operator create on serviceaccounts/token for it.",
          ),
        kubeconfigSecretRef: z
          .object({
            name: objectName.describe("Secret in the store's namespace."),
            key: dataKey.describe("Key that holds the kubeconfig."),
          })
          .optional()
          .describe(
            "Write into the cluster of this kubeconfig. It holds one context with inline data; exec, files and proxies are refused.",
          ),
      })
      .meta(rules(exactlyOne("serviceAccountRef", "kubeconfigSecretRef")))
      .describe("With whose rights to write; never the operator's own."),
  })
  .describe("Secrets of this or another cluster.");
export type KubernetesStoreBlock = z.infer<typeof kubernetesStore>;

export const output = z
  .object({
    format: z
      .enum(["TLS", "PEM", "CombinedPEM"])
      .describe("TLS writes tls.crt, tls.key and ca.crt; PEM one key; CombinedPEM key and certificates in one."),
    key: dataKey.optional().describe("Key in the Secret; not with TLS, which has its own."),
    content: z
      .enum(["Leaf", "Chain", "LeafAndChain", "Key", "All"])
      .optional()
      .describe("What a PEM holds; LeafAndChain when unset."),
  })
  .meta(
    rules(
      {
        rule: "(self.format == 'TLS') != has(self.key)",
        message: "key must be set, except with format TLS, which writes tls.crt, tls.key and ca.crt",
      },
      { rule: "!has(self.content) || self.format == 'PEM'", message: "content goes only with format PEM" },
    ),
  );
export type KubernetesOutput = z.infer<typeof output>;

const labelKey =
  "self.all(k, !k.matches('(^|[.])(kubernetes[.]io|k8s[.]io|certferry[.]io|helm[.]sh|argoproj[.]io)/') || k.startsWith('app.kubernetes.io/'))";
const reserved = {
  rule: labelKey,
  message:
    "keys under kubernetes.io, k8s.io, certferry.io, helm.sh and argoproj.io are reserved (app.kubernetes.io is allowed)",
};

/** The spot in a cluster that holds one bundle: keys of one Secret. */
export const kubernetesTarget = z
  .object({
    namespace: namespaceName.optional().describe("Namespace of the Secret; this resource's own when unset."),
    name: objectName.describe("Name of the Secret."),
    type: z
      .string()
      .max(253)
      .optional()
      .describe("Type of the Secret; kubernetes.io/tls where an output is TLS, else Opaque, when unset."),
    labels: z
      .record(z.string(), z.string().max(63))
      .meta({ maxProperties: 32, ...rules(reserved) })
      .optional()
      .describe("Labels to set on the Secret."),
    annotations: z
      .record(z.string(), z.string().max(4096))
      .meta({ maxProperties: 32, ...rules(reserved) })
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
        message: "two outputs write the same key",
      },
      {
        rule: "!self.outputs.exists(o, o.format == 'TLS') || !self.outputs.exists(o, has(o.key) && o.key in ['tls.crt', 'tls.key', 'ca.crt'])",
        message: "format TLS writes tls.crt, tls.key and ca.crt itself",
      },
      {
        rule: "!has(self.type) || !(self.type in ['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token', 'helm.sh/release.v1'])",
        message: "Secrets of this type are never written",
      },
    ),
  )
  .describe("Keys of a Secret.");
export type KubernetesTarget = z.infer<typeof kubernetesTarget>;
