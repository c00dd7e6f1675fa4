import * as z from "zod";
import { hex, time } from "./fields.ts";

/** What the source holds now, for people; public facts only. */
export const certificateFacts = z
  .object({
    subject: z.string().max(2048).describe("Subject of the leaf."),
    issuer: z.string().max(2048).describe("Issuer of the leaf."),
    serialNumber: z.string().max(128).describe("Serial number in hexadecimal."),
    sha1: hex.describe("SHA-1 of the leaf: the thumbprint on Windows and in Azure."),
    sha256: hex.describe("SHA-256 of the leaf."),
    notBefore: time.describe("Start of the validity."),
    notAfter: time.describe("End of the validity."),
    dnsNames: z.array(z.string().max(253)).max(100).optional().describe("DNS names of the leaf, the first 100."),
    keyAlgorithm: z.string().max(64).describe("Algorithm and size of the public key."),
    hasPrivateKey: z.boolean().describe("Whether the source holds the private key."),
    chain: z
      .array(z.string().max(2048))
      .max(16)
      .optional()
      .describe("Subjects of the chain, from the leaf's issuer up."),
  })
  .describe("The certificate in the source.");
export type CertificateFactsStatus = z.infer<typeof certificateFacts>;
