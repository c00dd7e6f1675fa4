/**
 * What can be wrong with bytes or with what they hold. Closed: whoever maps codes to words is told by the compiler when one is added.
 *
 * - `Malformed`: not the syntax that it claims to be.
 * - `UnsupportedAlgorithm`: a key or scheme that is not read; the message names it.
 * - `PasswordRequired`: an encrypted private key.
 * - `LimitExceeded`: larger than the limits allow; the message names the limit.
 * - `NoCertificate`, `NoLeaf`, `AmbiguousLeaf`: there is no one certificate to deliver.
 * - `KeyMismatch`: the private key belongs to no certificate there.
 * - `AmbiguousKey`: more than one private key.
 * - `NoPrivateKey`: an output needs the key and there is none.
 * - `BrokenChain`: a certificate lies there that leads nowhere; the message names the issuer that is missing.
 */
export type FormatErrorCode =
  | "Malformed"
  | "UnsupportedAlgorithm"
  | "PasswordRequired"
  | "LimitExceeded"
  | "NoCertificate"
  | "NoLeaf"
  | "AmbiguousLeaf"
  | "KeyMismatch"
  | "AmbiguousKey"
  | "NoPrivateKey"
  | "BrokenChain";

/** Bytes that cannot be used. `message` tells the user what to do; it holds names and offsets, never contents. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly code: FormatErrorCode;

  constructor(code: FormatErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
