import { checkDepth } from "../asn1/depth.ts";
import { readCertificate, withoutTrustData } from "../certificate.ts";
import { FormatError } from "../errors.ts";
import { plainKey, readKey } from "../key/read.ts";
import { openTraditional } from "../key/traditional.ts";
import type { Budget } from "../limits.ts";
import { decodePkcs7 } from "../pkcs7/decode.ts";
import type { Contents, DecodedCertificate, DecodedKey, Reading } from "../types.ts";
import { hintFor } from "./hint.ts";
import { type PemBlock, scanPem } from "./scan.ts";
import { asciiBytes } from "./text.ts";

const certificateLabels = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);
const pkcs7Labels = new Set(["PKCS7", "PKCS #7 SIGNED DATA", "CMS"]);
/** They stand beside a key and say nothing that it does not say itself. */
const parameters = new Set(["EC PARAMETERS", "DSA PARAMETERS", "DH PARAMETERS", "X9.42 DH PARAMETERS"]);

/**
 * Certificates and private keys of a PEM text. Throws `FormatError`: `Malformed`, `PasswordRequired`, `WrongPassword`,
 * `UnsupportedAlgorithm`, `NoCertificate` or `LimitExceeded`.
 */
export async function decodePem(bytes: Buffer, { budget, password, keyPassword }: Reading): Promise<Contents> {
  const blocks = scanPem(asciiBytes(bytes));
  if (blocks.length === 0) {
    checkDepth(bytes, budget.limits.depth, "the value");
    throw new FormatError("Malformed", hintFor(bytes));
  }
  const certificates: DecodedCertificate[] = [];
  const keys: DecodedKey[] = [];
  const warnings: string[] = [];
  for (const block of blocks) {
    const { label, der, where } = block;
    if (label.endsWith("CERTIFICATE")) budget.chargeCertificates();
    if (certificateLabels.has(label)) certificates.push({ der: readCertificate(der, where) });
    else if (label === "TRUSTED CERTIFICATE") {
      certificates.push({ der: readCertificate(withoutTrustData(der, where), where) });
    } else if (pkcs7Labels.has(label)) {
      const found = decodePkcs7(der, { budget }, where);
      certificates.push(...found.certificates);
      warnings.push(...found.warnings);
    } else if (label === "OPENSSH PRIVATE KEY") throw openssh(where);
    else if (label.endsWith("PRIVATE KEY")) {
      const pkcs8 = await privateKey(block, keyPassword ?? password, budget);
      if (pkcs8 === undefined) warnings.push(`${where} says ${label} but holds none; it was skipped.`);
      else keys.push({ pkcs8 });
    } else if (!parameters.has(label)) warnings.push(`${where} is a ${label}; it was skipped.`);
  }
  if (certificates.length === 0 && keys.length === 0) {
    throw new FormatError("NoCertificate", `There is neither a certificate nor a private key. ${warnings.join(" ")}`);
  }
  return { certificates, keys, warnings, authenticated: false };
}

/** Undefined for a block that holds no ASN.1 at all, which people use as a place holder. */
async function privateKey(
  { label, der, dek, where }: PemBlock,
  password: Uint8Array | undefined,
  budget: Budget,
): Promise<Buffer | undefined> {
  if (dek !== undefined) return plainKey(openTraditional(der, dek, password, where), budget, where);
  const pkcs8 = await readKey(der, password, budget, where);
  if (pkcs8 !== undefined || der[0] !== 0x30) return pkcs8;
  throw new FormatError("Malformed", `${where} is damaged: it says ${label}, but holds no private key.`);
}

function openssh(where: string): FormatError {
  const message = `${where} is a private key in OpenSSH's own format; convert it with ssh-keygen -p -m PKCS8 -f <file>.`;
  return new FormatError("UnsupportedAlgorithm", message);
}
