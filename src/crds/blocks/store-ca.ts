import { type Scope, storeKeyReference } from "../fields.ts";
import { atMostOne } from "../rules.ts";

/** Where the CA certificates lie that a store's TLS is checked against. */
export const storeCa = (scope: Scope) => ({
  caSecretRef: storeKeyReference(scope, "Name of the Secret.", "Key that holds CA certificates as PEM.")
    .optional()
    .describe(
      "CA certificates that the server's certificate is checked against; the public ones that Node.js knows when unset.",
    ),
  caConfigMapRef: storeKeyReference(scope, "Name of the ConfigMap.", "Key that holds CA certificates as PEM.")
    .optional()
    .describe("As caSecretRef, out of a ConfigMap."),
});

export const storeCaRule = atMostOne("caSecretRef", "caConfigMapRef");
