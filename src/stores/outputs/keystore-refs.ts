import type { SecretKeyRef } from "../../crds/index.ts";
import type { Outputs } from "./output.ts";

/** How the keystores of an output are opened when the spec is gone. Holds no secrets. */
export interface KeystoreRef {
  readonly keys: readonly string[];
  readonly format: "PKCS12" | "JKS";
  readonly password?: SecretKeyRef | undefined;
  readonly previous?: SecretKeyRef | undefined;
}

export function keystoreRefs({ outputs }: Outputs): KeystoreRef[] {
  return outputs.flatMap(({ format, key, truststoreKey, passwordSecretRef, previousPasswordSecretRef }) =>
    format === "PKCS12" || format === "JKS"
      ? [
          {
            keys: [key, truststoreKey].filter((one) => one !== undefined),
            format,
            password: passwordSecretRef,
            previous: previousPasswordSecretRef,
          },
        ]
      : [],
  );
}
