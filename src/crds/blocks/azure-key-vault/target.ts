import * as z from "zod";
import { time } from "../../fields.ts";
import { rules } from "../../rules.ts";
import { certificatePolicy } from "./policy.ts";

/** Name of a certificate in a vault, shared with its key and its secret. */
export const certificateName = z
  .string()
  .min(1)
  .max(127)
  .regex(/^[0-9a-zA-Z-]+$/);

/** One name in a vault. */
export const azureKeyVaultTarget = z
  .object({
    name: certificateName
      .optional()
      .describe("Name of the certificate in the vault; this resource's own name when unset."),
    tags: z
      .record(z.string(), z.string().max(256))
      .meta({
        maxProperties: 14,
        ...rules({
          rule: "self.all(k, k.size() > 0 && k.size() <= 256)",
          message: "a tag's name has 1 to 256 characters",
        }),
      })
      .optional()
      .describe("Tags of the certificate: a vault takes 15, one of which is our mark."),
    enabled: z.boolean().optional().describe("Whether the certificate can be used; true when unset."),
    notBefore: time.optional().describe("When the vault lets it be used; the certificate's notBefore when unset."),
    expires: time.optional().describe("Until when the vault lets it be used; the certificate's notAfter when unset."),
    preserveCertOrder: z
      .boolean()
      .optional()
      .describe("Whether the vault keeps the order of the chain; false when unset. Needs apiVersion 7.6."),
    policy: certificatePolicy.optional(),
    softDeleted: z
      .enum(["Fail", "Recover", "Purge"])
      .optional()
      .describe("What happens when the name is taken by a deleted certificate; Fail when unset."),
  })
  .meta(
    rules({
      rule: "!has(self.notBefore) || !has(self.expires) || self.notBefore < self.expires",
      message: "notBefore must be before expires",
    }),
  )
  .describe("A certificate in Azure Key Vault.");
export type AzureKeyVaultTarget = z.infer<typeof azureKeyVaultTarget>;

const id = z.string().max(512);

/** What the vault says of the certificate there. */
export const azureKeyVaultImportStatus = z
  .object({
    id: id.optional().describe("Address of this version of the certificate."),
    keyId: id.optional().describe("Address of its key."),
    secretId: id.optional().describe("Address of its secret."),
    policyId: id.optional().describe("Address of its policy."),
    version: z.string().max(64).optional().describe("Version in the vault."),
    recoveryLevel: z
      .string()
      .max(64)
      .optional()
      .describe("What a deletion comes to: whether it can be undone or purged."),
    recoverableDays: z.int().min(0).optional().describe("Days that a deleted certificate can be recovered."),
    enabled: z.boolean().optional().describe("Whether the certificate can be used."),
    created: time.optional().describe("When this version was made."),
    updated: time.optional().describe("When it was last changed."),
  })
  .describe("What Azure Key Vault answered.");
