import * as z from "zod";
import { exactlyOne, rules } from "../../rules.ts";
import { importRef } from "../import-ref.ts";
import { certificateName } from "./target.ts";

/** What the vault is asked for: the certificate alone, since the chain lies in the secret, beside the private key. */
export const azureKeyVaultDownload = z
  .object({
    certificate: z
      .object({
        name: certificateName.optional().describe("Name of the certificate in the vault."),
        version: z
          .string()
          .min(1)
          .max(32)
          .regex(/^[0-9a-f]{32}$/)
          .optional()
          .describe("Its version; the newest when unset."),
        importRef: importRef.optional(),
      })
      .meta(
        rules(exactlyOne("name", "importRef"), {
          rule: "!has(self.version) || has(self.name)",
          message: "version goes only with name",
        }),
      )
      .describe("Which certificate."),
    format: z.enum(["PEM", "DER"]).describe("How it is written."),
  })
  .describe("A certificate out of Azure Key Vault, without chain and private key.");
export type AzureKeyVaultDownload = z.infer<typeof azureKeyVaultDownload>;
