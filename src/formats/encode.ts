import { chainOf, type ChainOptions } from "./chain-options.ts";
import { FormatError } from "./errors.ts";
import { encodeJks, type JksOptions } from "./jks/encode.ts";
import { keystoreContent, type KeystoreOptions } from "./keystore-content.ts";
import { writePem } from "./pem/write.ts";
import { encodePkcs12, type Pkcs12Options } from "./pkcs12/encode.ts";
import { encodePkcs7 } from "./pkcs7/encode.ts";
import type { Bundle } from "./types.ts";

/** What each format can hold. CombinedPEM holds the key, then leaf and chain; DER has room for one thing. */
export type EncodeOptions = ChainOptions &
  (
    | { readonly format: "PEM"; readonly content?: Content | undefined }
    | { readonly format: "CombinedPEM" }
    | { readonly format: "DER"; readonly content?: "Leaf" | "Key" | undefined }
    | (KeystoreOptions & Pkcs12Options & { readonly format: "PKCS12" })
    | (KeystoreOptions & JksOptions & { readonly format: "JKS" })
    | { readonly format: "PKCS7"; readonly content?: "Leaf" | "Chain" | "LeafAndChain" | undefined }
  );

/** LeafAndChain when unset; for DER, Leaf. */
type Content = "Leaf" | "Chain" | "LeafAndChain" | "Key" | "All";

/**
 * Writes a bundle. The same bundle gives the same bytes, but for PKCS#12 and private keys in JKS, whose salts are fresh. Throws `FormatError`:
 * `NoPrivateKey` when the key is asked for and the bundle has none, `NoCertificate` for a trust store of nothing,
 * `PasswordRequired`.
 */
export async function encode(bundle: Bundle, options: EncodeOptions): Promise<Buffer> {
  switch (options.format) {
    case "PEM":
      return pem(bundle, options.content ?? "LeafAndChain", options);
    case "CombinedPEM":
      return pem(bundle, "All", options);
    case "DER":
      return Buffer.from(options.content === "Key" ? keyOf(bundle) : bundle.leaf);
    case "PKCS12":
      return encodePkcs12(keystoreContent(bundle, options), options);
    case "JKS":
      return encodeJks(keystoreContent(bundle, options), options);
    case "PKCS7": {
      const certificates = certificatesOf(bundle, options.content ?? "LeafAndChain", options);
      return writePem("PKCS7", encodePkcs7(certificates));
    }
  }
}

function pem(bundle: Bundle, content: Content, options: ChainOptions): Buffer {
  const key = content === "Key" || content === "All" ? [writePem("PRIVATE KEY", keyOf(bundle))] : [];
  const certificates = certificatesOf(bundle, content, options).map((der) => writePem("CERTIFICATE", der));
  const whole = Buffer.concat([...key, ...certificates]);
  for (const block of key) block.fill(0);
  return whole;
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
