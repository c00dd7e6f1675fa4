import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Contents, readByForge } from "../../../interop/forge.ts";
import { readByPkijs } from "../../../interop/pkijs.ts";
import { badRequest } from "../http/refusal.ts";
import { certificatesInPem } from "./pem.ts";
import { certificatesInPkcs7 } from "./pkcs7.ts";

/** What was in a file. */
export interface CertificateFile {
  readonly format: "PEM" | "DER" | "PKCS12" | "PKCS7";
  /** Those of a PKCS#7 and a PKCS#12 have no order. */
  readonly certificates: readonly X509Certificate[];
  /** Of a PKCS#12 alone: in a PEM it is ignored (C.1 [S]). */
  readonly key?: KeyObject;
}

/** Reads what `Certificate` of Import and Analyze may be (A.6 [O]); what cannot be read is status 400 (D3). */
export async function readCertificateFile(base64: string, password: string | undefined): Promise<CertificateFile> {
  const file = bytesOf(base64);
  const text = file.toString("latin1");
  if (text.includes("-----BEGIN ")) return withCertificates("PEM", certificatesInPem(text));
  return derCertificate(file) ?? pkcs7(file) ?? pkcs12(file, password);
}

/** The certificate that an import is about. */
export function endEntityOf({ format, certificates, key }: CertificateFile): X509Certificate {
  const [first] = certificates;
  if (first === undefined) throw badRequest("The file holds no certificate.");
  // Of a PEM only the first certificate is imported (C.1 [S]).
  if (format === "PEM" || format === "DER") return first;
  const ofKey = key === undefined ? undefined : certificates.find((certificate) => certificate.checkPrivateKey(key));
  const issuesNone = (candidate: X509Certificate): boolean =>
    !certificates.some((other) => other !== candidate && other.checkIssued(candidate));
  return ofKey ?? certificates.find(issuesNone) ?? first;
}

function derCertificate(file: Buffer): CertificateFile | undefined {
  try {
    const certificate = new X509Certificate(file);
    return { format: "DER", certificates: [certificate] };
  } catch {
    return undefined;
  }
}

function pkcs7(file: Buffer): CertificateFile | undefined {
  try {
    return withCertificates("PKCS7", certificatesInPkcs7(file));
  } catch {
    return undefined;
  }
}

async function pkcs12(file: Buffer, password: string | undefined): Promise<CertificateFile> {
  // C.1 [S].
  if (password === undefined || password === "") throw badRequest("A password is required for a PKCS#12 file.");
  try {
    const { certificates, keys } = await contentsOf(file, password);
    const [key] = keys;
    return {
      ...withCertificates("PKCS12", certificates),
      ...(key === undefined ? {} : { key: createPrivateKey({ key, format: "der", type: "pkcs8" }) }),
    };
  } catch {
    throw badRequest("The certificate cannot be read: it is no certificate file, or the password is wrong.");
  }
}

/** By PKI.js where it is encrypted by PBES2, else by node-forge; both check the password by the file's MAC. */
async function contentsOf(file: Buffer, password: string): Promise<Contents> {
  try {
    return await readByPkijs(file, password);
  } catch {
    return readByForge(file, password);
  }
}

function withCertificates(format: CertificateFile["format"], ders: readonly Buffer[]): CertificateFile {
  try {
    return { format, certificates: ders.map((der) => new X509Certificate(der)) };
  } catch {
    throw badRequest("The certificate cannot be read.");
  }
}

function bytesOf(base64: string): Buffer {
  const compact = base64.replaceAll(/\s/g, "");
  if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    throw badRequest("The certificate is not base64.");
  }
  return Buffer.from(compact, "base64");
}
