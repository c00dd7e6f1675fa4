import * as z from "zod";
import { guid, time } from "../../fields.ts";
import { exactlyOne, rules } from "../../rules.ts";
import { commandId, positiveId } from "./fields.ts";

const property = z.object({
  name: z.string().min(1).max(128).describe("Name of the property."),
  value: z.string().max(1024).describe("Its value."),
});

const storeType = z.object({
  storeTypeId: commandId.describe("Id of a certificate store type of Command."),
  alias: z.string().min(1).max(256).optional().describe("Alias in the stores of this type."),
  overwrite: z.boolean().optional().describe("True replaces what lies under the alias; false when unset."),
  properties: z
    .array(property)
    .max(32)
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] })
    .optional()
    .describe("Properties that the stores of this type take."),
});

/** The stores inside Command's Import call: its jobs have no ids and cannot be followed. */
const deployTo = z
  .object({
    stores: z
      .array(z.object({ storeId: guid.describe("Id of a certificate store of Command.") }))
      .min(1)
      .max(64)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["storeId"] })
      .describe("Certificate stores of Command that get the certificate."),
    storeTypes: z
      .array(storeType)
      .max(16)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["storeTypeId"] })
      .optional()
      .describe("How it lies in the stores of a type."),
    runAt: time.optional().describe("When Command begins; at once when unset."),
  })
  .describe(
    "Stores that Command brings the certificate to when it is first imported. It cannot be followed; a StoreDeployment can.",
  );

/** What Command is told of a certificate when it is imported. */
export const keyfactorCommandImport = z
  .object({
    metadata: z
      .record(z.string(), z.string().max(4096))
      .meta({
        maxProperties: 64,
        ...rules({
          rule: "self.all(k, k.size() > 0 && k.size() <= 128)",
          message: "a metadata field's name has 1 to 128 characters",
        }),
      })
      .optional()
      .describe("Metadata of the certificate, by names of metadata fields that Command has."),
    ownerRole: z
      .object({
        id: positiveId.optional().describe("Id of a security role of Command."),
        name: z.string().min(1).max(256).optional().describe("Name of a security role of Command."),
      })
      .meta(rules(exactlyOne("id", "name")))
      .optional()
      .describe("Role that owns the certificate; needs Command 24.4 or later."),
    preflight: z
      .enum(["Analyze"])
      .optional()
      .describe("Analyze has Command read the file before it is imported; nothing when unset."),
    deployTo: deployTo.optional(),
  })
  .describe("How the certificate is imported into Keyfactor Command.");
export type KeyfactorCommandImport = z.infer<typeof keyfactorCommandImport>;

const invalidStore = z.object({
  storeId: z.string().max(64).describe("Id of the certificate store."),
  clientMachine: z.string().max(256).optional().describe("Machine that the store is on."),
  storePath: z.string().max(1024).optional().describe("Path of the store there."),
  alias: z.string().max(256).optional().describe("Alias that was asked for."),
  reasonCode: z.int().optional().describe("Command's number for why; its meaning is not published."),
  message: z.string().max(256).optional().describe("Why, in Command's words."),
});

/** What Command answered to an import. */
export const keyfactorCommandImportStatus = z
  .object({
    certificateId: positiveId.optional().describe("Id of the certificate in Command."),
    importStatus: z
      .int()
      .optional()
      .describe("Command's number for what the import did; its meaning is not published."),
    jobStatus: z.int().optional().describe("Command's number for its jobs; its meaning is not published."),
    invalidStores: z
      .array(invalidStore)
      .max(64)
      .meta({ "x-kubernetes-list-type": "atomic" })
      .optional()
      .describe("Stores of deployTo that Command has refused."),
    deployTo: z
      .enum(["Submitted"])
      .optional()
      .describe("Submitted once Command was told of the stores in deployTo; it does not tell what became of it."),
  })
  .describe("What Keyfactor Command answered.");
