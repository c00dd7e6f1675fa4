import { FormatError } from "./errors.ts";
import { writePem } from "./pem.ts";
import { encodePkcs7 } from "./pkcs7/encode.ts";
import type { Bundle } from "./types.ts";

/** How much of the chain goes along. */
export interface ChainOptions {
  /** False leaves the chain out. */
  readonly chain?: boolean | undefined;
  readonly root?: "Include" | "Exclude" | undefined;
}

/** What each format can hold. CombinedPEM holds the key, then leaf and chain; DER has room for one thing. */
export type EncodeOptions = ChainOptions &
  (
    | { readonly format: "PEM"; readonly content?: Content | undefined }
    | { readonly format: "CombinedPEM" }
    | { readonly format: "DER"; readonly content?: "Leaf" | "Key" | undefined }
    | { readonly format: "PKCS7"; readonly content?: "Leaf" | "Chain" | "LeafAndChain" | undefined }
  );

/** LeafAndChain when unset; for DER, Leaf. */
type Content = "Leaf" | "Chain" | "LeafAndChain" | "Key" | "All";

/**
 * Writes a bundle. Deterministic: the same bundle gives the same bytes.
 * Throws `FormatError` `NoPrivateKey` when the key is asked for and the bundle has none.
 */
export async function encode(bundle: Bundle, options: EncodeOptions): Promise<Buffer> {
  switch (options.format) {
    case "PEM":
      return pem(bundle, options.content ?? "LeafAndChain", options);
    case "CombinedPEM":
      return pem(bundle, "All", options);
    case "DER":
      return Buffer.from(options.content === "Key" ? keyOf(bundle) : bundle.leaf);
    case "PKCS7": {
      const certificates = certificatesOf(bundle, options.content ?? "LeafAndChain", options);
      return Buffer.from(writePem("PKCS7", encodePkcs7(certificates)), "latin1");
    }
  }
}

/** The certificates above the leaf that go along. */
export function chainOf(bundle: Bundle, { chain, root }: ChainOptions): readonly Buffer[] {
  if (chain === false) return [];
  return root === "Include" && bundle.root !== undefined ? [...bundle.chain, bundle.root] : bundle.chain;
}

function pem(bundle: Bundle, content: Content, options: ChainOptions): Buffer {
  const key = content === "Key" || content === "All" ? writePem("PRIVATE KEY", keyOf(bundle)) : "";
  const certificates = certificatesOf(bundle, content, options);
  return Buffer.from(key + certificates.map((der) => writePem("CERTIFICATE", der)).join(""), "latin1");
}

function certificatesOf(bundle: Bundle, content: Content, options: ChainOptions): readonly Buffer[] {
  switch (content) {
    case "Leaf":
      return [bundle.leaf];
    case "Chain":
      return chainOf(bundle, options);
    case "LeafAndChain":
    case "All":
      return [bundle.leaf, ...chainOf(bundle, options)];
    case "Key":
      return [];
  }
}

function keyOf(bundle: Bundle): Buffer {
  if (bundle.key !== undefined) return bundle.key;
  throw new FormatError("NoPrivateKey", "The private key is asked for, but the source has none.");
}
