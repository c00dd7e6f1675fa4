import * as z from "zod";
import { guid, secretKeyRef } from "../../fields.ts";
import { atMostOne, exactlyOne, type Rule, rules } from "../../rules.ts";
import { collectionId, positiveId, thumbprint } from "./fields.ts";

const names = {
  rule: "self.all(k, k.size() > 0 && k.size() <= 128)",
  message: "an entry parameter's name has 1 to 128 characters",
};

const entryPassword = z
  .object({
    secretRef: secretKeyRef.optional().describe("The password."),
    pam: z
      .object({
        providerId: positiveId.describe("Id of a PAM provider of Command."),
        parameters: z
          .record(z.string(), z.string().max(1024))
          .meta({ maxProperties: 16 })
          .describe("What the PAM provider asks for."),
      })
      .optional()
      .describe("Command takes the password from a PAM provider."),
  })
  .meta(rules(exactlyOne("secretRef", "pam")))
  .describe("Password of the entry, for store types whose entries have one.");

/** One place in a certificate store that an orchestrator of Command serves. */
export const keyfactorCommandTarget = z
  .object({
    storeId: guid.describe("Id of the certificate store in Command."),
    alias: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe("Alias in the store; by the store type, and by what its inventory shows, when unset."),
    overwrite: z
      .boolean()
      .optional()
      .describe("Whether what lies under the alias is replaced; by the store's inventory when unset."),
    includePrivateKey: z
      .boolean()
      .optional()
      .describe("Whether the private key goes along; by the store type when unset."),
    entryParameters: z
      .record(z.string(), z.string().max(1024))
      .meta({ maxProperties: 32, ...rules(names) })
      .optional()
      .describe("Entry parameters of the store type."),
    secretEntryParameters: z
      .record(z.string(), secretKeyRef)
      .meta({ maxProperties: 16, ...rules(names) })
      .optional()
      .describe("Entry parameters whose values lie in Secrets."),
    entryPassword: entryPassword.optional(),
    pfxPasswordSecretRef: secretKeyRef.optional().describe("Password of the PFX that the orchestrator is handed."),
    collectionId: collectionId.optional(),
    method: z
      .enum(["CertificateAdd", "PfxDeploy"])
      .optional()
      .describe(
        "CertificateAdd, as when unset, deploys what Command holds; PfxDeploy goes only within five minutes of an enrolment.",
      ),
    submit: z
      .enum(["OnTime", "Early"])
      .optional()
      .describe("Early hands a future runAt to Command's own schedule; OnTime, as when unset, waits here."),
    replaced: z
      .enum(["Keep", "Remove"])
      .optional()
      .describe("What happens to our entry before, where the new certificate has another alias; Keep when unset."),
    verify: z
      .enum(["Inventory", "JobHistory"])
      .optional()
      .describe("What proves a deployment; Inventory when unset and the store has an inventory schedule."),
  })
  .meta(
    rules(
      {
        rule: "!has(self.entryParameters) || !has(self.secretEntryParameters) || !self.entryParameters.exists(k, k in self.secretEntryParameters)",
        message: "an entry parameter stands in entryParameters and in secretEntryParameters; leave one of them out",
      },
      {
        rule: "!has(self.method) || self.method != 'PfxDeploy' || !has(self.entryPassword) || !has(self.entryPassword.pam)",
        message: "PfxDeploy takes no PAM provider; use entryPassword.secretRef or method: CertificateAdd",
      },
      {
        rule: "!has(self.method) || self.method != 'PfxDeploy' || !has(self.submit)",
        message: "PfxDeploy is never held, so submit has no meaning; leave it out",
      },
    ),
  )
  .describe("An entry in a certificate store of Keyfactor Command.");
export type KeyfactorCommandTarget = z.infer<typeof keyfactorCommandTarget>;

/** What a target with this block forbids beside it. */
export const keyfactorCommandTargetRules: readonly Rule[] = [
  {
    rule: "!has(self.keyfactorCommand) || !has(self.keyfactorCommand.includePrivateKey) || !self.keyfactorCommand.includePrivateKey || !has(self.privateKey) || self.privateKey == 'Include'",
    message: "includePrivateKey: true contradicts privateKey: Exclude; leave one of them out",
  },
  {
    rule: "!has(self.keyfactorCommand) || !has(self.keyfactorCommand.method) || self.keyfactorCommand.method != 'PfxDeploy' || ((!has(self.privateKey) || self.privateKey == 'Include') && (!has(self.keyfactorCommand.includePrivateKey) || self.keyfactorCommand.includePrivateKey))",
    message:
      "PfxDeploy brings the private key along; leave out privateKey: Exclude and includePrivateKey: false, or use method: CertificateAdd",
  },
];

/** A certificate that Command holds already, however it came there. */
export const commandCertificate = z
  .object({
    id: positiveId.optional().describe("Id of the certificate in Command."),
    thumbprint: thumbprint.optional().describe("SHA-1 of the certificate."),
    requestId: positiveId.optional().describe("Id of the request that it was, or will be, issued for."),
  })
  .meta(
    rules(
      {
        rule: "has(self.id) || has(self.thumbprint) || has(self.requestId)",
        message: "id, thumbprint or requestId must be set",
      },
      atMostOne("id", "thumbprint"),
    ),
  )
  .describe("Deploy a certificate that Command holds.");
export type CommandCertificate = z.infer<typeof commandCertificate>;

/** What the targets of a StoreDeployment and its certificate forbid each other; `self` is the spec. */
export const keyfactorCommandDeploymentRules: readonly Rule[] = [
  {
    rule: "!has(self.source) || !self.targets.exists(t, has(t.keyfactorCommand))",
    message:
      "a keyfactorCommand target deploys what Command holds, so source does not go with it; use certificateRef or commandCertificate",
  },
  {
    rule: "!has(self.commandCertificate) || self.targets.all(t, has(t.keyfactorCommand))",
    message: "commandCertificate goes only with keyfactorCommand targets",
  },
  {
    rule: "has(self.commandCertificate) || !self.targets.exists(t, has(t.keyfactorCommand) && has(t.keyfactorCommand.method) && t.keyfactorCommand.method == 'PfxDeploy')",
    message: "method: PfxDeploy needs commandCertificate: it deploys what Command has just enrolled",
  },
  {
    rule: "!has(self.schedule) || !has(self.schedule.windows) || !self.targets.exists(t, has(t.keyfactorCommand) && has(t.keyfactorCommand.method) && t.keyfactorCommand.method == 'PfxDeploy')",
    message: "method: PfxDeploy is never held, so it does not go with schedule.windows",
  },
  {
    rule: "!has(self.schedule) || !has(self.schedule.windows) || !self.targets.exists(t, has(t.keyfactorCommand) && has(t.keyfactorCommand.submit) && t.keyfactorCommand.submit == 'Early')",
    message:
      "submit: Early hands a time to Command, which knows no windows; leave schedule.windows out or submit OnTime",
  },
];
