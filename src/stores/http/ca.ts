import { X509Certificate } from "node:crypto";
import type { StoreReference } from "../../crds/index.ts";
import type { Provider, StoreContext } from "../contract.ts";
import { TerminalError, WaitingError } from "../errors.ts";

type KeyReference = StoreReference & { readonly key: string };

/** The fields of a store's block that name its CA, at most one of which is set (`storeCa` of the CRD). */
export interface CaReferences {
  readonly caSecretRef?: KeyReference | undefined;
  readonly caConfigMapRef?: KeyReference | undefined;
}

/** For `Provider.secretRefs` and `configMapRefs`. */
export function caRefs({ caSecretRef, caConfigMapRef }: CaReferences): {
  readonly secrets: ReturnType<Provider["secretRefs"]>;
  readonly configMaps: ReturnType<Provider["secretRefs"]>;
} {
  return {
    secrets: caSecretRef === undefined ? [] : [caSecretRef],
    configMaps: caConfigMapRef === undefined ? [] : [caConfigMapRef],
  };
}

const block = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/g;

/**
 * The CA certificates that a store names, as PEM; undefined where it names none. Throws `WaitingError` for what is not there yet,
 * and `TerminalError` `InvalidCa` for what holds no certificate: TLS itself would only say that nothing is trusted.
 */
export async function caPemOf(
  { caSecretRef, caConfigMapRef }: CaReferences,
  context: Pick<StoreContext, "readSecret" | "readConfigMap">,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (caSecretRef !== undefined) {
    const values = await context.readSecret(caSecretRef, signal);
    return certificatesIn(
      values.get(caSecretRef.key),
      "SecretKeyMissing",
      `Secret ${caSecretRef.name}`,
      caSecretRef.key,
    );
  }
  if (caConfigMapRef === undefined) return undefined;
  const { name, key } = caConfigMapRef;
  const values = await context.readConfigMap(caConfigMapRef, signal);
  return certificatesIn(values.get(key), "ConfigMapKeyMissing", `ConfigMap ${name}`, key);
}

function certificatesIn(
  value: Buffer | undefined,
  missing: "SecretKeyMissing" | "ConfigMapKeyMissing",
  where: string,
  key: string,
): string {
  if (value === undefined) {
    throw new WaitingError(missing, `${where} has no key ${key}; put the CA certificates of the store there, as PEM.`);
  }
  const blocks = value.toString("utf8").match(block) ?? [];
  if (blocks.length > 0 && blocks.every((pem) => isCertificate(pem))) return blocks.join("\n");
  const message = `${where}, key ${key}, holds ${blocks.length === 0 ? "no certificate" : "something that is no certificate"}; put CA certificates there, as PEM.`;
  throw new TerminalError("InvalidCa", message);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
