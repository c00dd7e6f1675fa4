import type { SecretKeyRef } from "../../crds/index.ts";
import { encode, type EncodeOptions, FormatError } from "../../formats/index.ts";
import type { Desired, PlaceContext } from "../contract.ts";
import { formatFailure } from "../format-failure.ts";
import type { KeystoreSpot } from "./keystore.ts";
import { keysOf, type Output, type Outputs, tlsKeys } from "./output.ts";

/** The names among them that hold certificates in the open, in the order in which the leaf is looked for. */
export function certificateKeys({ outputs }: Outputs): readonly string[] {
  return outputs.flatMap((output) => {
    if (output.format === "TLS") return [tlsKeys(output).certificate];
    return isKeystore(output) || output.content === "Key" || output.content === "Chain" ? [] : keysOf(output);
  });
}

/** The passwords that the outputs refer to. */
export function passwordRefs({ outputs }: Outputs): SecretKeyRef[] {
  return outputs
    .flatMap(({ passwordSecretRef, previousPasswordSecretRef }) => [passwordSecretRef, previousPasswordSecretRef])
    .filter((ref) => ref !== undefined);
}

/**
 * What shall lie under each name whose bytes follow from the bundle alone. Throws `TerminalError` `NoPrivateKey` where an
 * output needs the key and there is none.
 */
export async function contentOf({ outputs }: Outputs, desired: Desired): Promise<Map<string, Buffer>> {
  const content = new Map<string, Buffer>();
  for (const output of outputs) {
    await naming(output, async () => {
      if (output.format === "TLS") await addTls(content, output, desired);
      const options = plainOptions(output, desired);
      if (output.format === "AsIs") content.set(output.key ?? "", Buffer.from(desired.file ?? []));
      if (options !== undefined) content.set(output.key ?? "", await encode(desired.bundle, options));
    });
  }
  return content;
}

/** The keystores that the outputs ask for; no trust store where there is nothing to trust. */
export function keystoresOf(
  { outputs }: Outputs,
  desired: Desired,
  { secret }: Pick<PlaceContext, "secret">,
): KeystoreSpot[] {
  return outputs.filter(isKeystore).flatMap((output) => {
    const { key = "", truststoreKey, alias, passwordSecretRef, previousPasswordSecretRef } = output;
    const password = passwordSecretRef === undefined ? undefined : secret(passwordSecretRef);
    const previous = previousPasswordSecretRef === undefined ? undefined : secret(previousPasswordSecretRef);
    const common = { ...chainOptions(desired), password };
    const options: KeystoreSpot["options"] =
      output.format === "JKS" ? { ...common, format: "JKS" } : { ...common, format: "PKCS12", profile: output.profile };
    const keystore: KeystoreSpot = { key, options: { ...options, alias }, previous };
    if (truststoreKey === undefined || authoritiesOf(desired).length === 0) return [keystore];
    return [keystore, { key: truststoreKey, options: { ...options, content: "Truststore" }, previous }];
  });
}

/** Runs what writes an output, and names the output in what the formats say against it. */
export async function naming<T>(output: Pick<Output, "format" | "key">, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const what = output.key === undefined ? output.format : `${output.format} (${output.key})`;
    const hint = error.code === "NoPrivateKey" ? " Use another output, or a source with the key." : "";
    throw formatFailure(error, `Output ${what}: ${error.message}${hint}`);
  }
}

function isKeystore({ format }: Output): boolean {
  return format === "PKCS12" || format === "JKS";
}

/** The API server has seen to it that `content` is one that the format has room for. */
function plainOptions({ format, content }: Output, desired: Desired): EncodeOptions | undefined {
  const options = chainOptions(desired);
  switch (format) {
    case "PEM":
      return { ...options, format, content };
    case "CombinedPEM":
      return { ...options, format };
    case "DER":
      return { ...options, format, content: content === "Key" ? "Key" : "Leaf" };
    case "PKCS7":
      return { ...options, format, content: content === "Key" || content === "All" ? undefined : content };
    case "AsIs":
    case "TLS":
    case "PKCS12":
    case "JKS":
      return undefined;
  }
}

async function addTls(content: Map<string, Buffer>, output: Output, desired: Desired): Promise<void> {
  const { bundle } = desired;
  const keys = tlsKeys(output);
  const options = { ...chainOptions(desired), format: "PEM" } as const;
  content.set(keys.certificate, await encode(bundle, options));
  content.set(keys.privateKey, await encode(bundle, { ...options, content: "Key" }));
  const authorities = authoritiesOf(desired);
  if (authorities.length === 0) return;
  const trusted = { leaf: bundle.leaf, chain: authorities, trusted: [] };
  content.set(keys.authorities, await encode(trusted, { format: "PEM", content: "Chain" }));
}

/** What `ca.crt` and trust stores hold: the source's CA certificates, else the chain's root, where either is known. */
function authoritiesOf({ bundle: { trusted, root } }: Desired): readonly Buffer[] {
  return trusted.length > 0 ? trusted : root === undefined ? [] : [root];
}

function chainOptions({ chain }: Desired): { chain: boolean; root: "Include" | "Exclude" } {
  return { chain: chain.include, root: chain.root };
}
