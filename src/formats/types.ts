import type { Budget } from "./limits.ts";

export type SourceFormat = "PEM" | "DER" | "PKCS7" | "PKCS12" | "JKS" | "JCEKS";

/** What decoding gives: syntax only. An expired or odd certificate is still decoded. */
export interface Decoded extends Contents {
  readonly format: SourceFormat;
}

/** What a reader of a format is given besides the bytes. */
export interface Reading {
  readonly budget: Budget;
  readonly password?: Uint8Array | undefined;
  readonly keyPassword?: Uint8Array | undefined;
  readonly allowUnauthenticated?: boolean | undefined;
  readonly alias?: string | undefined;
}

/** What lies in a value of any format. */
export interface Contents {
  readonly certificates: readonly DecodedCertificate[];
  readonly keys: readonly DecodedKey[];
  /** What was passed over, in words for the user. */
  readonly warnings: readonly string[];
  /** Whether a MAC or digest under the password has shown that nothing was changed. */
  readonly authenticated: boolean;
}

export interface DecodedCertificate {
  readonly der: Buffer;
  /** Alias or friendly name. */
  readonly alias?: string | undefined;
  /** The keystore holds it as a trusted certificate, not as part of a key's chain. */
  readonly trusted?: boolean | undefined;
}

export interface DecodedKey {
  /** PKCS#8 DER; the caller zeroes it. */
  readonly pkcs8: Buffer;
  readonly alias?: string | undefined;
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
  /** Name of the issuer without which the chain does not reach the CA certificates that lie beside it. */
  readonly missingIssuer?: string;
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
  /** `RSA 2048`, `EC P-256`, `Ed25519`; the object identifier of an algorithm that is not known. */
  readonly keyAlgorithm: string;
  /** Lower-case hexadecimal SHA-256 of the SubjectPublicKeyInfo. */
  readonly publicKeySha256: string;
  readonly isCa: boolean;
  readonly selfIssued: boolean;
}
