import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { FormatError } from "./errors.ts";
import { type PemBlock, scanPem } from "./pem.ts";
import { type Decoded, defaultLimits, type Limits, type SourceFormat } from "./types.ts";

export interface DecodeOptions {
  /** Told by the content when unset. */
  format?: SourceFormat | undefined;
  limits?: Partial<Limits> | undefined;
}

/** What one block or value turned out to be. */
type Item = { readonly certificate: Buffer } | { readonly key: Buffer };

/**
 * Reads certificates and private keys. Throws `FormatError`: `Malformed`, `UnsupportedAlgorithm`, `PasswordRequired` or
 * `LimitExceeded`.
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Decoded> {
  return Promise.resolve().then(() => decodeNow(bytes, options));
}

function decodeNow(bytes: Uint8Array, options: DecodeOptions): Decoded {
  const limits = { ...defaultLimits, ...options.limits };
  if (bytes.length > limits.bytes) {
    throw new FormatError("LimitExceeded", `The value has ${bytes.length} bytes; the limit is ${limits.bytes}.`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = options.format ?? detect(buffer);
  const items = format === "PEM" ? fromPem(buffer, limits) : [fromDer(buffer)];
  return {
    format,
    certificates: items.flatMap((item) => ("certificate" in item ? [{ der: item.certificate }] : [])),
    keys: items.flatMap((item) => ("key" in item ? [{ pkcs8: item.key }] : [])),
  };
}

function detect(bytes: Buffer): SourceFormat {
  return bytes[0] === 0x30 ? "DER" : "PEM";
}

function fromPem(bytes: Buffer, limits: Limits): Item[] {
  const blocks = scanPem(bytes.toString("latin1"));
  if (blocks.length === 0) {
    throw new FormatError("Malformed", "There is no PEM block: no line that starts with -----BEGIN was found.");
  }
  const items = blocks.flatMap((block, index) => fromBlock(block, index + 1));
  bounded(items.filter((item) => "certificate" in item).length, limits.certificates, "certificates");
  bounded(items.filter((item) => "key" in item).length, limits.keys, "private keys");
  return items;
}

function bounded(count: number, limit: number, what: string): void {
  if (count > limit) throw new FormatError("LimitExceeded", `There are ${count} ${what}; the limit is ${limit}.`);
}

function fromBlock(block: PemBlock, number: number): Item[] {
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
