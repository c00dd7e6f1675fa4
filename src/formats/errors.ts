/**
 * What can be wrong with bytes or with what they hold. Closed: whoever maps codes to words is told by the compiler when one
 * is added.
 *
 * - `Malformed`: not the syntax that it claims to be; carries the offset and what was expected there, where known.
 * - `WrongPassword`: the password does not open it, or somebody changed the bytes: the two cannot be told apart.
 * - `PasswordRequired`: it is encrypted and no password was given.
 * - `NotAuthenticated`: a keystore with a private key and a password, but without a MAC that would show a change.
 * - `UnsupportedAlgorithm`: a key, scheme or digest that is not read; carries its OID and name.
 * - `UnsupportedStoreType`: a keystore of a kind that is not read; the message names it.
 * - `LimitExceeded`: larger than the limits allow; carries the name of the limit.
 * - `NoCertificate`, `NoLeaf`, `AmbiguousLeaf`: there is no one certificate to deliver.
 * - `KeyMismatch`: the private key belongs to no certificate there.
 * - `NoPrivateKey`: an output needs the key and there is none.
 * - `MissingIntermediate`: the chain does not reach the CA certificates there; carries the name of the issuer that is missing.
 */
export type FormatErrorCode =
  | "Malformed"
  | "WrongPassword"
  | "PasswordRequired"
  | "NotAuthenticated"
  | "UnsupportedAlgorithm"
  | "UnsupportedStoreType"
  | "LimitExceeded"
  | "NoCertificate"
  | "NoLeaf"
  | "AmbiguousLeaf"
  | "KeyMismatch"
  | "NoPrivateKey"
  | "MissingIntermediate";

/** Facts for programs; the message holds them in words. */
export interface FormatErrorDetails {
  /** Of `Malformed`: bytes from the start of the value, or of the part that the message names. */
  readonly offset?: number;
  /** Of `Malformed`: what belongs at the offset. */
  readonly expected?: string;
  /** Of `UnsupportedAlgorithm`: dotted. */
  readonly oid?: string;
  /** Of `UnsupportedAlgorithm`. */
  readonly algorithm?: string;
  /** Of `LimitExceeded`: a name of `Limits`. */
  readonly limit?: string;
  /** Of `MissingIntermediate`. */
  readonly issuer?: string;
}

/** Bytes that cannot be used. `message` tells the user what to do; it holds names and offsets, never contents. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly code: FormatErrorCode;
  readonly details: FormatErrorDetails;

  constructor(code: FormatErrorCode, message: string, options: ErrorOptions & FormatErrorDetails = {}) {
    const { cause, ...details } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** `what` is `the certificate`, `PEM block 2`; `problem` goes on after "at byte 12: ". */
export function malformed(what: string, offset: number, problem: string, expected?: string): FormatError {
  const message = `${sentenceCase(what)} is damaged at byte ${offset}: ${problem}.`;
  return new FormatError("Malformed", message, { offset, ...(expected === undefined ? {} : { expected }) });
}

/** `use` says what it is wanted for: `encryption`, `MAC`. */
export function unsupported(use: string, oid: string, algorithm: string | undefined): FormatError {
  const name = algorithm ?? "an algorithm unknown here";
  const message = `The ${use} uses ${name} (${oid}), which is not read; write it again with AES-256 and SHA-256.`;
  return new FormatError("UnsupportedAlgorithm", message, { oid, ...(algorithm === undefined ? {} : { algorithm }) });
}

export function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
