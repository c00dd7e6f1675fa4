import * as z from "zod";
import { guid, httpsHost, type Scope, storeKeyReference, storeReference } from "../../fields.ts";
import { exactlyOne, rules } from "../../rules.ts";
import { storeCa, storeCaRule } from "../store-ca.ts";

const tenantId = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[0-9a-zA-Z]([-.0-9a-zA-Z]*[0-9a-zA-Z])?$/)
  .describe("Id or domain of the Entra tenant.");
const clientId = guid.describe("Client id of the application or identity.");

const workloadIdentity = (scope: Scope) =>
  z
    .object({
      tenantId: tenantId.optional(),
      clientId: clientId.optional(),
      serviceAccountRef: storeReference(scope, "Name of the ServiceAccount.")
        .optional()
        .describe("ServiceAccount whose token is exchanged; the operator's own identity when unset."),
    })
    .meta(
      rules({
        rule: "!has(self.serviceAccountRef) || has(self.tenantId) && has(self.clientId)",
        message: "with serviceAccountRef, tenantId and clientId must be set",
      }),
    )
    .describe("A federated credential: a ServiceAccount's token is exchanged for one of Entra.");

const auth = (scope: Scope) =>
  z
    .object({
      workloadIdentity: workloadIdentity(scope).optional(),
      clientSecret: z
        .object({
          tenantId,
          clientId,
          secretRef: storeKeyReference(scope, "Name of the Secret.", "Key that holds the client secret.").describe(
            "The client secret.",
          ),
        })
        .optional()
        .describe("An application with a client secret."),
      clientCertificate: z
        .object({
          tenantId,
          clientId,
          secretRef: storeReference(scope, "Name of the Secret.").describe(
            "Secret of type kubernetes.io/tls with the application's certificate.",
          ),
        })
        .optional()
        .describe("An application with a certificate."),
      managedIdentity: z
        .object({ clientId: clientId.optional() })
        .optional()
        .describe("The managed identity of the machine; without clientId, the one that the system has assigned."),
    })
    .meta(rules(exactlyOne("workloadIdentity", "clientSecret", "clientCertificate", "managedIdentity")))
    .describe("Who the operator is to Azure.");

/** How a store reaches a vault. */
export const azureKeyVaultStore = (scope: Scope) =>
  z
    .object({
      vaultUrl: httpsHost.describe("Where the vault is, as https://web.vault.azure.net; cannot be changed."),
      apiVersion: z
        .string()
        .min(1)
        .max(32)
        .regex(/^([0-9]+\.[0-9]+(-preview\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?)$/)
        .optional()
        .describe("Version of the vault's API; 7.6 when unset."),
      auth: auth(scope),
      authorityHost: httpsHost
        .optional()
        .describe("Where tokens come from; https://login.microsoftonline.com when unset."),
      ...storeCa(scope),
    })
    .meta(
      rules(storeCaRule, {
        rule: "self.vaultUrl == oldSelf.vaultUrl",
        message: "the vaultUrl of a store cannot be changed; create another store",
      }),
    )
    .describe("Azure Key Vault.");
export type AzureKeyVaultStoreBlock = z.infer<ReturnType<typeof azureKeyVaultStore>>;
