import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { Reader } from "./asn1/reader.ts";
import { context, INTEGER, SEQUENCE } from "./asn1/tags.ts";
import { plainFacts } from "./plain-facts/index.ts";
import type { CertificateFacts } from "./types.ts";

/** Facts of a certificate in DER. Throws what `X509Certificate` throws when it is none; `decode` has seen to that. */
export function certificateFacts(der: Uint8Array): CertificateFacts {
  try {
    return plainFacts(Buffer.from(der.buffer, der.byteOffset, der.byteLength));
  } catch {
    return factsOf(new X509Certificate(der), der);
  }
}

/** Facts of any certificate that OpenSSL reads. */
export function factsOf(certificate: X509Certificate, der: Uint8Array): CertificateFacts {
  const altNames = splitNames(certificate.subjectAltName ?? "");
  const spki = subjectPublicKeyInfo(der);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serialNumber: certificate.serialNumber,
    sha1: createHash("sha1").update(der).digest("hex"),
    sha256: createHash("sha256").update(der).digest("hex"),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    dnsNames: altNames.flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : [])),
    altNames: altNames.toSorted(),
    keyAlgorithm: algorithm(certificate, spki),
    publicKeySha256: createHash("sha256").update(spki).digest("hex"),
    isCa: certificate.ca,
    selfIssued: certificate.subject === certificate.issuer,
  };
}

/** Node gives one attribute a line, most general first; RFC 4514 wants one line, most specific first. */
function oneLine(name: string | undefined): string {
  return (name ?? "").split("\n").filter(Boolean).reverse().join(",");
}

/** `DNS:a, IP Address:::1`; a name with a comma or quote in it is a JSON string (Node, CVE-2021-44532). */
function splitNames(text: string): string[] {
  return text.match(/[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g)?.map((name) => name.trim()) ?? [];
}

const curves: Record<string, string> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
  secp256k1: "P-256K",
};
const names: Record<string, string> = { ed25519: "Ed25519", ed448: "Ed448", dsa: "DSA" };

function algorithm(certificate: X509Certificate, spki: Buffer): string {
  const key = publicKey(certificate);
  if (key === undefined) return Reader.of(spki, { what: "the public key", ber: true }).sequence().sequence().oid();
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const curve = details?.namedCurve;
  if (type === "rsa") return `RSA ${details?.modulusLength ?? ""}`.trim();
  if (type === "rsa-pss") return `RSA-PSS ${details?.modulusLength ?? ""}`.trim();
  if (type === "ec") return `EC ${(curve === undefined ? undefined : curves[curve]) ?? curve ?? ""}`.trim();
  return (type === undefined ? undefined : names[type]) ?? type ?? "unknown";
}

/** Undefined where OpenSSL does not know its algorithm, as GOST's. */
function publicKey(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/** TBSCertificate: version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo (RFC 5280, section 4.1). */
export function subjectPublicKeyInfo(der: Uint8Array): Buffer {
  const buffer = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  const tbs = Reader.of(buffer, { what: "the certificate", ber: true }).sequence().sequence();
  tbs.optional(context(0));
  tbs.element(INTEGER);
  for (let field = 0; field < 4; field += 1) tbs.element(SEQUENCE);
  return tbs.raw(SEQUENCE);
}
