import * as z from "zod";
import { type Rule, rules } from "../rules.ts";
import { outputFields, outputRules, targetRulesFor, truststore } from "./outputs.ts";

/** Names with `/` between them: neither `.` nor `..`, nor those that Certferry gives its own files. */
function path(longest: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[A-Za-z0-9._@+=][-A-Za-z0-9._@+=]*(\/[A-Za-z0-9._@+=][-A-Za-z0-9._@+=]*)*$/)
    .meta(
      rules({
        rule: "!self.matches('(^|/)([.][.]?(/|$)|[.]certferry|[^/]{201})')",
        message:
          "a path is names of at most 200 characters with '/' between them, none of them '.' or '..' or beginning with .certferry",
      }),
    );
}

/** Where files are written. */
export const filesystemStore = z
  .object({
    directory: path(255).describe("Folder below the operator's --filesystem-root; made where it is absent."),
  })
  .meta(
    rules({
      rule: "self.directory == oldSelf.directory",
      message: "the directory of a store cannot be changed; create another store",
    }),
  )
  .describe("Files in a folder that is mounted into the operator's pod.");
export type FilesystemStoreBlock = z.infer<typeof filesystemStore>;

const output = z
  .object({
    path: path(255).describe(
      "File below the store's directory; with TLS the folder of tls.crt, tls.key and ca.crt. Folders are made where they are absent.",
    ),
    ...outputFields,
    format: outputFields.format.describe(
      "TLS writes tls.crt, tls.key and ca.crt; the others one file. CombinedPEM holds private key and certificates; PKCS12 and JKS are keystores.",
    ),
    truststorePath: path(255).optional().describe(`File for a second keystore, ${truststore}`),
    mode: z
      .enum(["0600", "0640"])
      .optional()
      .describe("Who may read the file: its owner alone, also when unset, or its group as well."),
  })
  .meta(rules(...outputRules("truststorePath")));

/** The spot below a store's directory that holds one bundle: some files. */
export const filesystemTarget = z
  .object({
    outputs: z.array(output).min(1).max(8).meta({ "x-kubernetes-list-type": "atomic" }).describe("What to write."),
  })
  .meta(
    rules(
      {
        rule: "self.outputs.all(a, self.outputs.exists_one(b, a.path == b.path)) && self.outputs.all(a, !has(a.truststorePath) || self.outputs.exists_one(b, has(b.truststorePath) && b.truststorePath == a.truststorePath) && !self.outputs.exists(b, b.path == a.truststorePath))",
        message: "two outputs write the same path; give each its own",
      },
      {
        rule: "!self.outputs.exists(a, a.format == 'TLS' && self.outputs.exists(b, b.path in [a.path + '/tls.crt', a.path + '/tls.key', a.path + '/ca.crt'] || has(b.truststorePath) && b.truststorePath in [a.path + '/tls.crt', a.path + '/tls.key', a.path + '/ca.crt']))",
        message:
          "format TLS writes tls.crt, tls.key and ca.crt into its folder; choose another path for the other output",
      },
    ),
  )
  .describe("Files below the store's directory.");
export type FilesystemTarget = z.infer<typeof filesystemTarget>;

export const filesystemTargetRules: readonly Rule[] = targetRulesFor("filesystem");
