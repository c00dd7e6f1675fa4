import * as z from "zod";
import { atMostOne, rules } from "../../rules.ts";
import { importRef } from "../import-ref.ts";
import { collectionId, positiveId, thumbprint } from "./fields.ts";

const certificate = z
  .object({
    id: positiveId.optional().describe("Id of the certificate in Command."),
    thumbprint: thumbprint.optional().describe("SHA-1 of the certificate."),
    serialNumber: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[0-9A-Fa-f]+$/)
      .optional()
      .describe("Serial number in hexadecimal, with issuerDN."),
    issuerDN: z.string().min(1).max(1024).optional().describe("Distinguished name of the issuer, with serialNumber."),
    importRef: importRef.optional(),
  })
  .meta(
    rules(
      {
        rule: "(has(self.id) ? 1 : 0) + (has(self.thumbprint) ? 1 : 0) + (has(self.serialNumber) || has(self.issuerDN) ? 1 : 0) + (has(self.importRef) ? 1 : 0) == 1",
        message: "exactly one of id, thumbprint, serialNumber with issuerDN, importRef must be set",
      },
      {
        rule: "has(self.serialNumber) == has(self.issuerDN)",
        message: "serialNumber and issuerDN name a certificate together; set both",
      },
    ),
  )
  .describe("Which certificate.");

/** What Command is asked for. The rules are what it refuses with status 400 (vendor reference, Certificates/Download). */
export const keyfactorCommandDownload = z
  .object({
    certificate,
    format: z
      .enum(["CRT", "CER", "DER", "PEM", "P7B"])
      .describe("CRT, CER and PEM are PEM, DER is the certificate alone, P7B a PKCS#7 with the chain."),
    fileExtension: z
      .enum(["CER", "CRT", "PEM", "P7B"])
      .optional()
      .describe("Extension of status.fileName; by the format when unset."),
    includeChain: z.boolean().optional().describe("Whether the chain goes along; false when unset."),
    chainOrder: z
      .enum(["EndEntityFirst", "RootFirst"])
      .optional()
      .describe("Order of the chain; as Command sends it when unset."),
    includeSubjectHeader: z
      .boolean()
      .optional()
      .describe("Whether each certificate in a PEM has its subject before it; true when unset."),
    microsoftTargetCSP: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe("Name of a Microsoft key provider, where Command's settings allow it."),
    collectionId: collectionId.optional(),
    containerId: positiveId.optional().describe("Container that Command checks the permissions in."),
  })
  .meta(
    rules(
      atMostOne("collectionId", "containerId"),
      {
        rule: "!has(self.includeChain) || !self.includeChain || self.format in ['PEM', 'P7B']",
        message: "only format PEM and P7B have room for the chain; leave includeChain out or use one of them",
      },
      {
        rule: "self.format != 'P7B' || has(self.includeChain) && self.includeChain",
        message: "format P7B needs includeChain: true",
      },
      {
        rule: "!has(self.chainOrder) || has(self.includeChain) && self.includeChain",
        message: "chainOrder goes only with includeChain: true",
      },
      {
        rule: "!has(self.includeSubjectHeader) || self.format == 'PEM'",
        message: "includeSubjectHeader goes only with format PEM",
      },
      {
        rule: "!has(self.fileExtension) || (self.fileExtension in ['PEM', 'P7B'] ? self.format == self.fileExtension : self.format in [self.fileExtension, 'DER', 'PEM'])",
        message:
          "fileExtension CER goes with format CER, DER and PEM, CRT with CRT, DER and PEM, PEM with PEM, P7B with P7B",
      },
    ),
  )
  .describe("A certificate out of Keyfactor Command, without private key.");
export type KeyfactorCommandDownload = z.infer<typeof keyfactorCommandDownload>;
