import * as z from "zod";
import { dataKey, objectName } from "./fields.ts";
import { exactlyOne, rules } from "./rules.ts";

const localRef = z.object({ name: objectName.describe("Name, in the same namespace.") });

/** Where a certificate comes from. */
export const source = z
  .object({
    secretRef: localRef.optional().describe("The Secret that holds the certificate and its private key."),
    configMapRef: localRef.optional().describe("A ConfigMap that holds a certificate without private key."),
    format: z
      .enum(["Auto", "PEM", "DER"])
      .optional()
      .describe("Format of the values; Auto, as when unset, tells it by the content."),
    keys: z
      .object({
        certificate: dataKey.optional().describe("Key of the certificate and, in PEM, its chain."),
        privateKey: dataKey.optional().describe("Key of the private key."),
        ca: dataKey.optional().describe("Key of the CA certificates."),
      })
      .optional()
      .describe("Which keys to read; when unset, those of the Secret's type or the usual names."),
  })
  .meta(
    rules(exactlyOne("secretRef", "configMapRef"), {
      rule: "!(has(self.configMapRef) && has(self.keys) && has(self.keys.privateKey))",
      message: "a ConfigMap cannot hold a private key; use secretRef",
    }),
  )
  .describe("Where the certificate comes from.");

export type SourceSpec = z.infer<typeof source>;

/** How much of the chain goes along. */
export const chain = z
  .object({
    include: z.boolean().optional().describe("False delivers the leaf alone; true when unset."),
    root: z.enum(["Include", "Exclude"]).optional().describe("Whether the root goes along; Exclude when unset."),
  })
  .meta(
    rules({
      rule: "!has(self.include) || self.include || !has(self.root) || self.root == 'Exclude'",
      message: "include: false delivers the leaf alone, so the root cannot go along; leave root out",
    }),
  )
  .describe("How much of the chain is delivered.");
export type ChainSpec = z.infer<typeof chain>;

export const privateKey = z
  .enum(["Include", "Exclude"])
  .describe("Include delivers the private key where the source has one.");
