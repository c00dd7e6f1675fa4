import { unsupported } from "../errors.ts";
import type { Budget } from "../limits.ts";
import { type AlgorithmIdentifier, strangers } from "./algorithm.ts";
import type { Cipher } from "./cipher.ts";
import type { PasswordForms } from "./password.ts";
import { pbes1 } from "./pbes1.ts";
import { pbes2 } from "./pbes2.ts";
import { pkcs12Pbe } from "./pkcs12-pbe.ts";

/** A way to encrypt under a password, with its parameters. */
export interface Scheme {
  /** In which forms it takes passwords. */
  readonly takes: keyof PasswordForms;
  readonly cipher: Cipher;
  /** Charges the budget. */
  derive(password: Buffer, budget: Budget): Promise<{ key: Buffer; iv: Buffer }>;
}

/** Throws `FormatError` `Malformed` or `UnsupportedAlgorithm`. */
export function readScheme(algorithm: AlgorithmIdentifier): Scheme {
  const scheme = pbes2(algorithm) ?? pkcs12Pbe(algorithm) ?? pbes1(algorithm);
  if (scheme === undefined) throw unsupported("encryption", algorithm.oid, strangers[algorithm.oid]);
  return scheme;
}
