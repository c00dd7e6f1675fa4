import { decodeDer } from "./der.ts";
import { Budget, type Limits } from "./limits.ts";
import { decodePem } from "./pem/decode.ts";
import { decodePkcs12 } from "./pkcs12/decode.ts";
import { isPkcs12 } from "./pkcs12/pfx.ts";
import { decodePkcs7, isPkcs7 } from "./pkcs7/decode.ts";
import type { Contents, Decoded, Reading, SourceFormat } from "./types.ts";

export interface DecodeOptions {
  /** Opens a keystore or an encrypted key; the bytes that lie in the Secret. */
  password?: Uint8Array | undefined;
  /** Of the keys inside, where it is another. */
  keyPassword?: Uint8Array | undefined;
  /**
   * Reads a keystore with a private key that has no MAC although a password is given. Unset: refused, since somebody could
   * have taken the MAC away.
   */
  allowUnauthenticated?: boolean | undefined;
  /** Told by the content when unset. */
  format?: SourceFormat | undefined;
  limits?: Partial<Limits> | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Reads certificates and private keys. Throws `FormatError`: `Malformed`, `UnsupportedAlgorithm`, `UnsupportedStoreType`,
 * `PasswordRequired`, `WrongPassword`, `NotAuthenticated` or `LimitExceeded`; or the signal's reason.
 */
export async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Decoded> {
  const budget = new Budget(options.limits, options.signal);
  budget.chargeBytes(bytes.length);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = options.format ?? detect(buffer);
  const contents = await readers[format](buffer, { ...options, budget });
  return { format, ...contents };
}

function detect(bytes: Buffer): SourceFormat {
  if (isPkcs7(bytes)) return "PKCS7";
  if (isPkcs12(bytes)) return "PKCS12";
  return bytes[0] === 0x30 ? "DER" : "PEM";
}

/** One reader a format. */
const readers: Readonly<Record<SourceFormat, (bytes: Buffer, reading: Reading) => Promise<Contents> | Contents>> = {
  PEM: decodePem,
  DER: decodeDer,
  PKCS7: decodePkcs7,
  PKCS12: decodePkcs12,
};
