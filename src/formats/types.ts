/** Bounds on what is read. */
export interface Limits {
  /** Bytes of one value. */
  readonly bytes: number;
  readonly certificates: number;
  readonly keys: number;
  /** Certificates above the leaf. */
  readonly chainDepth: number;
}

export const defaultLimits: Limits = { bytes: 1_048_576, certificates: 5_000, keys: 64, chainDepth: 16 };

export type SourceFormat = "PEM" | "DER";

/** What decoding gives: syntax only. An expired or odd certificate is still decoded. */
export interface Decoded {
  readonly format: SourceFormat;
  readonly certificates: readonly { readonly der: Buffer }[];
  /** Private keys in PKCS#8 DER; the caller zeroes them. */
  readonly keys: readonly { readonly pkcs8: Buffer }[];
}

/** One certificate to deliver, with what belongs to it. All certificates are DER. */
export interface Bundle {
  readonly leaf: Buffer;
  /** From the leaf's issuer up, without a self-signed root. */
  readonly chain: readonly Buffer[];
  /** The self-signed end of the chain, where the source holds it. */
  readonly root?: Buffer;
  /** PKCS#8 DER; zeroed by `zero`. */
  readonly key?: Buffer;
  /** Other CA certificates that the source gives as trusted. */
  readonly trusted: readonly Buffer[];
}

/** Public facts of one certificate. */
export interface CertificateFacts {
  /** Most specific part first, as RFC 4514 writes it. */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** Lower-case hexadecimal digests of the DER. */
  readonly sha1: string;
  readonly sha256: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dnsNames: readonly string[];
  /** All subject alternative names, as `DNS:a`, `IP Address:::1`, sorted. */
  readonly altNames: readonly string[];
  /** `RSA 2048`, `EC P-256`, `Ed25519`. */
  readonly keyAlgorithm: string;
  /** Lower-case hexadecimal SHA-256 of the SubjectPublicKeyInfo. */
  readonly publicKeySha256: string;
  readonly isCa: boolean;
  readonly selfIssued: boolean;
}
