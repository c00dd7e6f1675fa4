import type { KubernetesOutput, KubernetesTarget } from "../../crds/index.ts";
import { encode, type EncodeOptions, FormatError } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";
import { formatFailure } from "../format-failure.ts";

/** The keys of `data` that an output may write. */
export function keysOf({ format, key }: KubernetesOutput): readonly string[] {
  return format === "TLS" ? ["tls.crt", "tls.key", "ca.crt"] : key === undefined ? [] : [key];
}

/** The keys among them that hold certificates, in the order in which the leaf is looked for. */
export function certificateKeys({ outputs }: KubernetesTarget): readonly string[] {
  return outputs.flatMap((output) => {
    if (output.format === "TLS") return ["tls.crt"];
    return output.content === "Key" || output.content === "Chain" ? [] : keysOf(output);
  });
}

/** What shall lie under each key. Throws `TerminalError` `NoPrivateKey` where an output needs the key and there is none. */
export async function contentOf({ outputs }: KubernetesTarget, desired: Desired): Promise<Map<string, Buffer>> {
  const content = new Map<string, Buffer>();
  for (const output of outputs) {
    try {
      if (output.format === "TLS") await addTls(content, desired);
      else content.set(output.key ?? "", await encode(desired.bundle, optionsOf(output, output.format, desired)));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const what = output.key === undefined ? output.format : `${output.format} (${output.key})`;
      throw formatFailure(error, `Output ${what}: ${error.message} Use another output, or a source with the key.`);
    }
  }
  return content;
}

async function addTls(content: Map<string, Buffer>, desired: Desired): Promise<void> {
  const { bundle } = desired;
  const options = { ...chainOptions(desired), format: "PEM" } as const;
  content.set("tls.crt", await encode(bundle, options));
  content.set("tls.key", await encode(bundle, { ...options, content: "Key" }));
  const authorities = bundle.trusted.length > 0 ? bundle.trusted : bundle.root === undefined ? [] : [bundle.root];
  if (authorities.length === 0) return;
  const trusted = { leaf: bundle.leaf, chain: authorities, trusted: [] };
  content.set("ca.crt", await encode(trusted, { format: "PEM", content: "Chain" }));
}

function chainOptions({ chain }: Desired): { chain: boolean; root: "Include" | "Exclude" } {
  return { chain: chain.include, root: chain.root };
}

function optionsOf({ content }: KubernetesOutput, format: "PEM" | "CombinedPEM", desired: Desired): EncodeOptions {
  return format === "PEM" ? { ...chainOptions(desired), format, content } : { ...chainOptions(desired), format };
}
