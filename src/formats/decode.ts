import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { FormatError } from "./errors.ts";
import { Budget, type Limits } from "./limits.ts";
import { isPkcs12 } from "./pkcs12/pfx.ts";
import { decodePkcs12 } from "./pkcs12/decode.ts";
import { type PemBlock, scanPem } from "./pem.ts";
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

/** What one block or value turned out to be. */
type Item = { readonly certificate: Buffer } | { readonly key: Buffer };

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

/** One reader a format. */
const readers: Readonly<Record<SourceFormat, (bytes: Buffer, reading: Reading) => Promise<Contents> | Contents>> = {
  PEM: (bytes, { budget }) => contentsOf(fromPem(bytes, budget)),
  PKCS7: decodePkcs7,
  PKCS12: decodePkcs12,
  DER: (bytes, { budget }) => contentsOf(counted([fromDer(bytes)], budget)),
};

function contentsOf(items: readonly Item[]): Contents {
  return {
    certificates: items.flatMap((item) => ("certificate" in item ? [{ der: item.certificate }] : [])),
    keys: items.flatMap((item) => ("key" in item ? [{ pkcs8: item.key }] : [])),
    warnings: [],
    authenticated: false,
  };
}

function detect(bytes: Buffer): SourceFormat {
  if (isPkcs7(bytes)) return "PKCS7";
  if (isPkcs12(bytes)) return "PKCS12";
  return bytes[0] === 0x30 ? "DER" : "PEM";
}

function fromPem(bytes: Buffer, budget: Budget): Item[] {
  const blocks = scanPem(bytes.toString("latin1"));
  if (blocks.length === 0) {
    throw new FormatError("Malformed", "There is no PEM block: no line that starts with -----BEGIN was found.");
  }
  return counted(
    blocks.flatMap((block, index) => fromBlock(block, index + 1, budget)),
    budget,
  );
}

function counted(items: Item[], budget: Budget): Item[] {
  budget.chargeCertificates(items.filter((item) => "certificate" in item).length);
  budget.chargeKeys(items.filter((item) => "key" in item).length);
  return items;
}

function fromBlock(block: PemBlock, number: number, budget: Budget): Item[] {
  switch (block.label) {
    case "CERTIFICATE":
    case "X509 CERTIFICATE":
      return [{ certificate: certificate(block.der, `PEM block ${number}`) }];
    case "PRIVATE KEY":
      return [privateKey(block.der, "pkcs8", number)];
    case "RSA PRIVATE KEY":
      return [traditional(block, "pkcs1", number)];
    case "EC PRIVATE KEY":
      return [traditional(block, "sec1", number)];
    case "ENCRYPTED PRIVATE KEY":
      throw passwordRequired(number);
    case "PKCS7":
    case "PKCS #7 SIGNED DATA":
    case "CMS":
      return decodePkcs7(block.der, { budget }, `PEM block ${number}`).certificates.map(({ der }) => ({
        certificate: der,
      }));
    case "EC PARAMETERS":
    case "DH PARAMETERS":
    case "PUBLIC KEY":
      return [];
    default:
      throw new FormatError("UnsupportedAlgorithm", `PEM block ${number} is a ${block.label}, which is not read here.`);
  }
}

function traditional(block: PemBlock, type: "pkcs1" | "sec1", number: number): Item {
  if (block.encrypted) throw passwordRequired(number);
  return privateKey(block.der, type, number);
}

function passwordRequired(number: number): FormatError {
  return new FormatError(
    "PasswordRequired",
    `PEM block ${number} is an encrypted private key; store the key unencrypted in the Secret.`,
  );
}

function fromDer(bytes: Buffer): Item {
  const key = tryPrivateKey(bytes);
  return key === undefined ? { certificate: certificate(bytes, "The value") } : { key };
}

function certificate(der: Buffer, where: string): Buffer {
  try {
    return Buffer.from(new X509Certificate(der).raw);
  } catch {
    throw new FormatError("Malformed", `${where} is not an X.509 certificate.`);
  }
}

function privateKey(der: Buffer, type: "pkcs1" | "pkcs8" | "sec1", number: number): Item {
  try {
    return { key: pkcs8(createPrivateKey({ key: der, format: "der", type })) };
  } catch {
    throw new FormatError("Malformed", `PEM block ${number} is not a private key of the kind that its label says.`);
  } finally {
    der.fill(0);
  }
}

function tryPrivateKey(der: Buffer): Buffer | undefined {
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return pkcs8(createPrivateKey({ key: der, format: "der", type }));
    } catch {
      continue;
    }
  }
  return undefined;
}

function pkcs8(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "pkcs8" });
}
