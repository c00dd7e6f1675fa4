import { decodeDer } from "./der.ts";
import { detect } from "./detect.ts";
import { FormatError } from "./errors.ts";
import { decodeJks } from "./jks/decode.ts";
import { Budget, type Limits } from "./limits.ts";
import { decodePem } from "./pem/decode.ts";
import { decodePkcs12 } from "./pkcs12/decode.ts";
import { decodePkcs7 } from "./pkcs7/decode.ts";
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
  /** The entry that is wanted, where a keystore has several: other keys need not open. All are opened when unset. */
  alias?: string | undefined;
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
  const format = formatOf(buffer, options.format);
  const contents = await readers[format](buffer, { ...options, budget });
  return { format, ...contents };
}

const keystores: ReadonlySet<SourceFormat> = new Set(["PKCS12", "JKS", "JCEKS"]);

/** The format that is asked for, except among keystores: Java too opens each kind under the other's name. */
function formatOf(bytes: Buffer, asked: SourceFormat | undefined): SourceFormat {
  const found = detect(bytes);
  if (asked === undefined || asked === found || (keystores.has(asked) && keystores.has(found))) return found;
  // PEM and DER may be damaged forms of what was asked for; the others tell themselves by their first bytes.
  if (found === "PEM" || found === "DER") return asked;
  throw new FormatError("Malformed", `The value is ${found}, not ${asked}; ask for that format, or for none.`);
}

/** One reader a format. */
const readers: Readonly<Record<SourceFormat, (bytes: Buffer, reading: Reading) => Promise<Contents> | Contents>> = {
  PEM: decodePem,
  DER: decodeDer,
  // In PEM or not.
  PKCS7: (bytes, reading) => (bytes[0] === 0x30 ? decodePkcs7(bytes, reading) : decodePem(bytes, reading)),
  PKCS12: decodePkcs12,
  JKS: decodeJks,
  JCEKS: decodeJks,
};
