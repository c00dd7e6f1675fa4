import * as z from "zod";
import { type StoreBlocks, storeFields } from "./blocks/index.ts";
import { conditions } from "./conditions.ts";
import { duration, time } from "./fields.ts";
import { ageColumn, type KindDefinition, readyColumn, type Resource, whyColumns } from "./kind.ts";
import { exactlyOne, rules } from "./rules.ts";

const spec = z.object({
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

export const certificateStore: KindDefinition = {
  kind: "CertificateStore",
  plural: "certificatestores",
  shortName: "cfstore",
  scope: "Namespaced",
  description: "A connection to one back end that holds certificates.",
  columns: [
    readyColumn,
    { name: "Version", type: "string", jsonPath: ".status.providerVersion" },
    ageColumn,
    ...whyColumns,
  ],
  spec: (providers) =>
    spec.extend(storeFields(providers, "Namespaced")).meta(
      rules(exactlyOne(...providers.map((blocks) => blocks.provider)), {
        rule: providers.map(({ provider }) => `has(self.${provider}) == has(oldSelf.${provider})`).join(" && "),
        message: "the provider of a store cannot be changed; create another store",
      }),
    ),
  status,
};
