import * as z from "zod";
import { httpsHost, type Scope, storeKeyReference, storeReference } from "../../fields.ts";
import { exactlyOne, rules } from "../../rules.ts";
import { storeCa, storeCaRule } from "../store-ca.ts";
import { positiveId } from "./fields.ts";

const auth = (scope: Scope) =>
  z
    .object({
      basicSecretRef: storeReference(scope, "Name of the Secret.")
        .optional()
        .describe("Secret of type kubernetes.io/basic-auth; username may be DOMAIN\\user."),
      oauthSecretRef: storeReference(scope, "Name of the Secret.")
        .optional()
        .describe("Secret with tokenUrl, clientId, clientSecret and, where needed, scopes and audience."),
      tokenSecretRef: storeKeyReference(scope, "Name of the Secret.", "Key that holds the token.")
        .optional()
        .describe("A bearer token that is renewed by others."),
    })
    .meta(rules(exactlyOne("basicSecretRef", "oauthSecretRef", "tokenSecretRef")))
    .describe("Who the operator is to Command.");

/** How a store reaches Keyfactor Command. */
export const keyfactorCommandStore = (scope: Scope) =>
  z
    .object({
      url: httpsHost.describe("Where Command is; cannot be changed."),
      apiPath: z
        .string()
        .min(1)
        .max(128)
        .regex(/^\/?[-._~A-Za-z0-9]+(\/[-._~A-Za-z0-9]+)*\/?$/)
        .optional()
        .describe("Path of the Keyfactor API; KeyfactorAPI when unset."),
      collectionId: positiveId
        .optional()
        .describe("Collection that Command checks the permissions in; all certificates when unset."),
      pfxProfile: z
        .enum(["LegacyDES", "Modern2023"])
        .optional()
        .describe(
          "How the PFX is encrypted that Command is sent; Modern2023 when unset, LegacyDES before Windows 2019.",
        ),
      legacyStoreIds: z
        .boolean()
        .optional()
        .describe("True names stores as Command before 9.4 wants it; false when unset."),
      auth: auth(scope),
      ...storeCa(scope),
    })
    .meta(
      rules(storeCaRule, {
        rule: "self.url == oldSelf.url",
        message: "the url of a store cannot be changed; create another store",
      }),
    )
    .describe("Keyfactor Command.");
export type KeyfactorCommandStoreBlock = z.infer<ReturnType<typeof keyfactorCommandStore>>;
