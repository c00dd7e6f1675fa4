import * as z from "zod";
import { atMostOne, exactlyOne, rules } from "../../rules.ts";

const atomic = { "x-kubernetes-list-type": "atomic" };

function texts(longest: number, meaning: string) {
  return z.array(z.string().min(1).max(longest)).max(100).meta(atomic).optional().describe(meaning);
}

const x509 = z
  .object({
    subject: z.string().min(1).max(200).optional().describe("Distinguished name."),
    ekus: z
      .array(
        z
          .string()
          .min(1)
          .max(128)
          .regex(/^[0-2](\.[0-9]+)+$/),
      )
      .max(32)
      .meta(atomic)
      .optional()
      .describe("Extended key usages, as object identifiers."),
    keyUsages: z
      .array(
        z.enum([
          "digitalSignature",
          "nonRepudiation",
          "keyEncipherment",
          "dataEncipherment",
          "keyAgreement",
          "keyCertSign",
          "cRLSign",
          "encipherOnly",
          "decipherOnly",
        ]),
      )
      .max(9)
      .meta(atomic)
      .optional()
      .describe("Key usages; the certificate's when unset, without those that an EC key cannot have."),
    validityMonths: z.int().min(1).max(1200).optional().describe("Months that the certificate is valid."),
    sans: z
      .object({
        dnsNames: texts(253, "DNS names."),
        emails: texts(320, "Mail addresses."),
        upns: texts(320, "User principal names."),
        uris: texts(2048, "URIs; needs apiVersion 2025-07-01."),
        ipAddresses: texts(45, "IP addresses; needs apiVersion 2025-07-01."),
      })
      .optional()
      .describe("Subject alternative names."),
  })
  .describe("What the vault puts into a certificate that it renews.");

const lifetimeAction = z.object({
  action: z.enum(["EmailContacts", "AutoRenew"]).describe("What the vault does."),
  trigger: z
    .object({
      daysBeforeExpiry: z.int().min(1).max(36_500).optional().describe("Days before the certificate expires."),
      lifetimePercentage: z.int().min(1).max(99).optional().describe("Percentage of the lifetime that has passed."),
    })
    .meta(rules(exactlyOne("daysBeforeExpiry", "lifetimePercentage")))
    .describe("When it does it."),
});

/** The certificate's policy in the vault. What is unset, the vault takes from the certificate. */
export const certificatePolicy = z
  .object({
    exportable: z.boolean().optional().describe("Whether the private key can be read again; true when unset."),
    keyType: z
      .enum(["RSA", "RSA-HSM", "EC", "EC-HSM"])
      .optional()
      .describe("Type of the key; the certificate's when unset."),
    keySize: z.int().optional().describe("Size of an RSA key in bits; the certificate's when unset."),
    curve: z
      .enum(["P-256", "P-384", "P-521", "P-256K"])
      .optional()
      .describe("Curve of an EC key; the certificate's when unset."),
    reuseKey: z.boolean().optional().describe("Whether a renewal keeps the key; false when unset."),
    contentType: z
      .enum(["PKCS12", "PEM"])
      .optional()
      .describe("What the vault is sent, and gives back as secret; PKCS12 when unset."),
    x509: x509.optional(),
    issuer: z
      .object({
        name: z.string().min(1).max(128).describe("Self, Unknown, or an issuer that the vault has."),
        certificateType: z
          .string()
          .min(1)
          .max(128)
          .optional()
          .describe("Type of certificate that the issuer is asked for."),
        certificateTransparency: z
          .boolean()
          .optional()
          .describe("Whether the certificate is published in transparency logs."),
      })
      .optional()
      .describe("Who renews the certificate in the vault; Unknown when unset."),
    lifetimeActions: z
      .array(lifetimeAction)
      .max(2)
      .meta(atomic)
      .optional()
      .describe("What the vault does before the certificate expires; a mail to its contacts when unset."),
  })
  .meta(
    rules(
      atMostOne("keySize", "curve"),
      {
        rule: "!has(self.keySize) || self.keySize in [2048, 3072, 4096]",
        message: "keySize must be 2048, 3072 or 4096",
      },
      {
        rule: "!has(self.keyType) || !(has(self.curve) && self.keyType.startsWith('RSA') || has(self.keySize) && self.keyType.startsWith('EC'))",
        message: "keySize goes only with RSA keys and curve only with EC keys",
      },
      {
        rule: "!has(self.lifetimeActions) || !self.lifetimeActions.exists(a, a.action == 'AutoRenew') || has(self.issuer) && self.issuer.name != 'Unknown'",
        message: "AutoRenew needs an issuer that can renew; set issuer.name to one that the vault has",
      },
    ),
  )
  .describe("The certificate's policy in the vault.");
