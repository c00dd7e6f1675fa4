import { FormatError } from "./errors.ts";
import { writePem } from "./pem.ts";
import type { Bundle } from "./types.ts";

export interface EncodeOptions {
  readonly format: "PEM" | "CombinedPEM";
  /** What a PEM holds; LeafAndChain when unset. CombinedPEM holds the key, then leaf and chain. */
  readonly content?: "Leaf" | "Chain" | "LeafAndChain" | "Key" | "All" | undefined;
  /** False leaves the chain out. */
  readonly chain?: boolean | undefined;
  readonly root?: "Include" | "Exclude" | undefined;
}

/**
 * Writes a bundle. Deterministic: the same bundle gives the same bytes.
 * Throws `FormatError` `NoPrivateKey` when the key is asked for and the bundle has none.
 */
export function encode(bundle: Bundle, options: EncodeOptions): Promise<Buffer> {
  return Promise.resolve().then(() => Buffer.from(text(bundle, options), "latin1"));
}

function text(bundle: Bundle, options: EncodeOptions): string {
  const { format, content = format === "CombinedPEM" ? "All" : "LeafAndChain" } = options;
  const leaf = writePem("CERTIFICATE", bundle.leaf);
  const chain = chainOf(bundle, options)
    .map((certificate) => writePem("CERTIFICATE", certificate))
    .join("");
  switch (content) {
    case "Leaf":
      return leaf;
    case "Chain":
      return chain;
    case "LeafAndChain":
      return leaf + chain;
    case "Key":
      return keyOf(bundle);
    case "All":
      return keyOf(bundle) + leaf + chain;
  }
}

/** The certificates above the leaf that go along. */
export function chainOf(bundle: Bundle, options: Pick<EncodeOptions, "chain" | "root">): readonly Buffer[] {
  if (options.chain === false) return [];
  return options.root === "Include" && bundle.root !== undefined ? [...bundle.chain, bundle.root] : bundle.chain;
}

function keyOf(bundle: Bundle): string {
  if (bundle.key === undefined)
    throw new FormatError("NoPrivateKey", "The private key is asked for, but the source has none.");
  return writePem("PRIVATE KEY", bundle.key);
}
