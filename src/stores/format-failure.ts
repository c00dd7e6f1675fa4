import type { Reason } from "../crds/index.ts";
import type { FormatError, FormatErrorCode } from "../formats/index.ts";
import { TerminalError } from "./errors.ts";

/** The reason in conditions for each code of `src/formats`. Reasons are API of the resources: they stay when a code is renamed. */
const reasons: Readonly<Record<FormatErrorCode, Reason>> = {
  Malformed: "Malformed",
  WrongPassword: "WrongPassword",
  PasswordRequired: "PasswordRequired",
  NotAuthenticated: "NotAuthenticated",
  UnsupportedAlgorithm: "UnsupportedAlgorithm",
  UnsupportedStoreType: "UnsupportedStoreType",
  LimitExceeded: "LimitExceeded",
  NoCertificate: "NoCertificate",
  NoLeaf: "NoLeaf",
  AmbiguousLeaf: "AmbiguousLeaf",
  KeyMismatch: "KeyMismatch",
  NoPrivateKey: "NoPrivateKey",
  MissingIntermediate: "MissingIntermediate",
};

/** Bytes that cannot be used stay so until somebody changes them or the spec: terminal. */
export function formatFailure(error: FormatError, message: string): TerminalError {
  return new TerminalError(reasons[error.code], message, { cause: error });
}
