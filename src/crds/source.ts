import * as z from "zod";
import { alias, dataKey, objectName, secretKeyRef } from "./fields.ts";
import { exactlyOne, rules } from "./rules.ts";

const localRef = z.object({ name: objectName.describe("Name, in the same namespace.") });

/** Where a certificate comes from. */
export const source = z
  .object({
    secretRef: localRef.optional().describe("The Secret that holds the certificate and its private key."),
    configMapRef: localRef.optional().describe("A ConfigMap that holds a certificate without private key."),
    format: z
      .enum(["Auto", "PEM", "DER", "PKCS12", "PKCS7", "JKS"])
      .optional()
      .describe(
        "Format of the value that holds the certificate; Auto, as when unset, tells it by the content. JKS reads JCEKS, too.",
      ),
    keys: z
      .object({
        certificate: dataKey.optional().describe("Key of the certificate and, in PEM and PKCS7, its chain."),
        privateKey: dataKey.optional().describe("Key of the private key."),
        ca: dataKey.optional().describe("Key of the CA certificates."),
        keystore: dataKey.optional().describe("Key of a keystore, which holds certificates and private key."),
      })
      .meta(
        rules({
          rule: "!has(self.keystore) || !(has(self.certificate) || has(self.privateKey))",
          message: "a keystore holds certificate and private key; leave out keys.certificate and keys.privateKey",
        }),
      )
      .optional()
      .describe("Which keys to read; when unset, those of the Secret's type or the usual names."),
    alias: alias
      .optional()
      .describe("Which entry of a keystore with several; as keystores do, without regard to case where need be."),
    passwordSecretRef: secretKeyRef.optional().describe("Password of the keystore, or of an encrypted private key."),
    keyPasswordSecretRef: secretKeyRef
      .optional()
      .describe("Password of the private key, where it is another than the keystore's."),
  })
  .meta(
    rules(
      exactlyOne("secretRef", "configMapRef"),
      {
        rule: "!(has(self.configMapRef) && has(self.keys) && has(self.keys.privateKey))",
        message: "a ConfigMap cannot hold a private key; use secretRef",
      },
      {
        rule: "!(has(self.configMapRef) && has(self.keyPasswordSecretRef))",
        message: "a ConfigMap cannot hold a private key, so there is none to have a password; use secretRef",
      },
      {
        rule: "!has(self.format) || !(self.format in ['PKCS12', 'JKS']) || !has(self.keys) || !(has(self.keys.certificate) || has(self.keys.privateKey))",
        message: "format PKCS12 and JKS are keystores; name their key in keys.keystore",
      },
      {
        rule: "!has(self.format) || !(self.format in ['PEM', 'DER', 'PKCS7']) || !(has(self.alias) || has(self.keys) && has(self.keys.keystore))",
        message: "format PEM, DER and PKCS7 have no aliases and are no keystores; leave out alias and keys.keystore",
      },
    ),
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
