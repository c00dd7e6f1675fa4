import * as z from "zod";
import { alias, secretKeyRef } from "../fields.ts";
import type { Rule } from "../rules.ts";

/** What every provider says of an output, beside where it lies. */
export const outputFields = {
  format: z.enum(["TLS", "PEM", "CombinedPEM", "DER", "PKCS7", "PKCS12", "JKS"]),
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
};

const fields = z.object(outputFields);
export type OutputFields = z.infer<typeof fields>;

/** Description of the field that names a second keystore. */
export const truststore =
  "with the source's CA certificates or else the chain's root; left out where neither is known.";

/** What an output forbids. @param truststoreField the name that the provider gives the second keystore's field */
export function outputRules(truststoreField: string): Rule[] {
  return [
    {
      rule: "!has(self.content) || self.format == 'PEM' || self.format == 'DER' && self.content in ['Leaf', 'Key'] || self.format == 'PKCS7' && !(self.content in ['Key', 'All'])",
      message: "content goes only with format PEM, DER (Leaf or Key) and PKCS7 (Leaf, Chain or LeafAndChain)",
    },
    {
      rule: `self.format in ['PKCS12', 'JKS'] || !(has(self.alias) || has(self.passwordSecretRef) || has(self.previousPasswordSecretRef) || has(self.${truststoreField}))`,
      message: `alias, passwordSecretRef, previousPasswordSecretRef and ${truststoreField} go only with the keystores PKCS12 and JKS`,
    },
    { rule: "!has(self.profile) || self.format == 'PKCS12'", message: "profile goes only with format PKCS12" },
    {
      rule: "!(self.format in ['PKCS12', 'JKS']) || has(self.passwordSecretRef) != (has(self.profile) && self.profile == 'Passwordless')",
      message: "a keystore needs passwordSecretRef, except with profile Passwordless, which takes none",
    },
  ];
}

/** What a target with outputs forbids beside it; `self` is what holds the block. */
export function targetRulesFor(provider: string): Rule[] {
  return [
    {
      rule: `!has(self.${provider}) || !has(self.privateKey) || self.privateKey == 'Include' || !self.${provider}.outputs.exists(o, o.format in ['TLS', 'CombinedPEM', 'JKS'] || (has(o.content) && o.content in ['Key', 'All']))`,
      message:
        "format TLS, CombinedPEM and JKS, and content Key or All, hold the private key; with privateKey: Exclude use another format or content",
    },
    {
      rule: `!has(self.${provider}) || !has(self.chain) || !has(self.chain.include) || self.chain.include || !self.${provider}.outputs.exists(o, has(o.content) && o.content == 'Chain')`,
      message: "an output with content Chain would be empty with chain.include: false; leave one of them out",
    },
  ];
}
