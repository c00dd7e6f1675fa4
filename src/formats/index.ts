/**
 * Certificate formats: bytes in, bytes out. Knows nothing of Kubernetes or files. This is the only door.
 * @example
 * const decoded = await decode(pem);
 * const bundle = bundleOf(decoded, { now: new Date() });
 * try {
 *   const combined = await encode(bundle, { format: "CombinedPEM" });
 * } finally {
 *   zero(bundle);
 * }
 */
export { bundleOf, type BundleOptions, checkComplete, zero } from "./bundle.ts";
export { decode, type DecodeOptions } from "./decode.ts";
export { editKeystore, type EditOptions, type KeystoreEdit } from "./edit.ts";
export { chainOf } from "./chain-options.ts";
export { encode, type EncodeOptions } from "./encode.ts";
export { FormatError, type FormatErrorCode, type FormatErrorDetails } from "./errors.ts";
export { type KeyUsage, keyUsagesOf } from "./key-usages.ts";
export { keystoreContent, type KeystoreContent } from "./keystore-content.ts";
export { keystoreHolds, otherEntries } from "./keystore-holds.ts";
export type { Pkcs12Profile } from "./pkcs12/profiles.ts";
export { certificateFacts } from "./facts.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type { Bundle, CertificateFacts, Decoded, DecodedCertificate, DecodedKey, SourceFormat } from "./types.ts";
