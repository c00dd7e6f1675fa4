import "reflect-metadata";
import type { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** What Command tells of a certificate. */
export interface CertificateFacts {
  /** 40 hexadecimal digits in upper case (A.6 [O], elsewhere seen). */
  readonly Thumbprint: string;
  readonly SerialNumber: string;
  readonly IssuedDN: string;
  readonly IssuedCN: string;
  readonly IssuerDN: string;
  readonly NotBefore: string;
  readonly NotAfter: string;
  /** Windows' name for it, such as sha256RSA (D11). */
  readonly SigningAlgorithm: string;
}

export function thumbprintOf({ fingerprint }: X509Certificate): string {
  return fingerprint.replaceAll(":", "");
}

/** By @peculiar/x509. Parts of a name stand in the certificate's order [I]. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const parsed = new x509.X509Certificate(new Uint8Array(certificate.raw));
  const [commonName = ""] = parsed.subjectName.getField("CN");
  return {
    Thumbprint: thumbprintOf(certificate),
    SerialNumber: parsed.serialNumber.toUpperCase(),
    IssuedDN: parsed.subject,
    IssuedCN: commonName,
    IssuerDN: parsed.issuer,
    NotBefore: parsed.notBefore.toISOString(),
    NotAfter: parsed.notAfter.toISOString(),
    SigningAlgorithm: signingAlgorithm(parsed.signatureAlgorithm),
  };
}

/** The type of the declaration leaves out `name`, which WebCrypto's algorithms have. */
function signingAlgorithm({ hash, ...algorithm }: x509.HashedAlgorithm & { readonly name?: string }): string {
  return `${hash.name.replace("-", "").toLowerCase()}${algorithm.name === "ECDSA" ? "ECDSA" : "RSA"}`;
}
