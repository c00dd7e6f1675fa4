import * as z from "zod";
import { type StoreBlocks, storeFields } from "./blocks/index.ts";
import { conditions } from "./conditions.ts";
import { duration, time } from "./fields.ts";
import { grants } from "./grants.ts";
import {
  ageColumn,
  type ClusterResource,
  type KindDefinition,
  readyColumn,
  type Resource,
  whyColumns,
} from "./kind.ts";
import { exactlyOne, rules } from "./rules.ts";

/** What both kinds of stores say beside the provider's block. */
const spec = z.object({
  limits: z
    .object({
      maxConcurrent: z
        .int()
        .min(1)
        .max(256)
        .optional()
        .describe(
          "Deliveries into it at once; when unset, 8 for Keyfactor Command and Azure Key Vault, else no limit of its own.",
        ),
      requestsPerMinute: z
        .int()
        .min(1)
        .max(60_000)
        .optional()
        .describe(
          "Requests within a minute; when unset, 600 for Keyfactor Command and Azure Key Vault, else no limit.",
        ),
    })
    .optional()
    .describe("How much the store is asked to take."),
  timeout: duration("1s", "no zero").optional().describe("Limit of one request to the store; 60s when unset."),
  healthcheck: z
    .object({
      enabled: z.boolean().optional().describe("Whether the store is checked in between; true when unset."),
      interval: duration("30s", "no zero").optional().describe("Time between two checks; 10m when unset."),
    })
    .optional()
    .describe("Regular checks that the store answers."),
  suspend: z.boolean().default(false).describe("True stops every delivery into this store."),
});

const status = z.object({
  observedGeneration: z.int().min(-1).optional().describe("The metadata.generation that this status speaks of."),
  conditions: conditions.optional(),
  providerVersion: z.string().max(128).optional().describe("Version of the back end, as it tells it."),
  lastCheckTime: time.optional().describe("When the outcome of the check last changed."),
  capabilities: z
    .array(z.enum(["Import", "Deploy", "Download", "Remove"]))
    .max(8)
    .optional()
    .describe("What the store can do."),
});

export type CertificateStoreSpec = z.infer<typeof spec> & StoreBlocks;
export type CertificateStoreStatus = z.infer<typeof status>;
export type CertificateStore = Resource<CertificateStoreSpec, CertificateStoreStatus>;

const columns = [
  readyColumn,
  { name: "Version", type: "string", jsonPath: ".status.providerVersion" } as const,
  ageColumn,
  ...whyColumns,
];

export const certificateStore: KindDefinition = {
  kind: "CertificateStore",
  plural: "certificatestores",
  shortName: "cfstore",
  scope: "Namespaced",
  description: "A connection to one back end that holds certificates.",
  columns,
  spec: (providers) => withBlocks(spec, storeFields(providers, "Namespaced")),
  status,
};

const clusterSpec = spec.extend({ grants });

export type ClusterCertificateStoreSpec = z.infer<typeof clusterSpec> & StoreBlocks;
export type ClusterCertificateStore = ClusterResource<ClusterCertificateStoreSpec, CertificateStoreStatus>;

export const clusterCertificateStore: KindDefinition = {
  kind: "ClusterCertificateStore",
  plural: "clustercertificatestores",
  shortName: "cfclusterstore",
  scope: "Cluster",
  description: "A CertificateStore for several namespaces: its grants say which of them may use which places.",
  columns,
  spec: (providers) => withBlocks(clusterSpec, storeFields(providers, "Cluster")),
  status,
};

/** Exactly one provider's block, and always the same provider. */
function withBlocks(spec: z.ZodObject, fields: Record<string, z.ZodType>): z.ZodObject {
  const names = Object.keys(fields);
  return spec.extend(fields).meta(
    rules(exactlyOne(...names), {
      rule: names.map((name) => `has(self.${name}) == has(oldSelf.${name})`).join(" && "),
      message: "the provider of a store cannot be changed; create another store",
    }),
  );
}
