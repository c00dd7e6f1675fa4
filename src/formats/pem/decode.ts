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

const trusted = "TRUSTED CERTIFICATE";
const certificateLabels = new Set(["CERTIFICATE", "X509 CERTIFICATE", trusted]);
const pkcs7Labels = new Set(["PKCS7", "PKCS #7 SIGNED DATA", "CMS"]);
/** They stand beside a key and say nothing that it does not say itself. */
const parameters = new Set(["EC PARAMETERS", "DSA PARAMETERS", "DH PARAMETERS", "X9.42 DH PARAMETERS"]);

interface Found {
  readonly certificates: DecodedCertificate[];
  readonly keys: DecodedKey[];
  readonly warnings: string[];
  /** What was passed over: by what it is, where the first is and how many there are. */
  readonly skipped: Map<string, { readonly where: string; count: number }>;
  /** What the blocks hold, those passed over too. */
  readonly labels: Set<string>;
}

/**
 * Certificates and private keys of a PEM text. Throws `FormatError`: `Malformed`, `PasswordRequired`, `WrongPassword`,
 * `UnsupportedAlgorithm`, `NoCertificate` or `LimitExceeded`.
 */
export async function decodePem(bytes: Buffer, { budget, password, keyPassword }: Reading): Promise<Contents> {
  const found: Found = { certificates: [], keys: [], warnings: [], skipped: new Map(), labels: new Set() };
  const text = asciiBytes(bytes);
  try {
    for (const block of scanPem(text)) await take(block, found, keyPassword ?? password, budget);
    if (found.labels.size === 0) throw unrecognised(bytes, budget);
    for (const [what, skipped] of found.skipped) found.warnings.push(inWords(what, skipped));
    if (isNothing(found)) throw nothing(found);
    const { certificates, keys, warnings } = found;
    return { certificates, keys, warnings, authenticated: false };
  } catch (error) {
    for (const { pkcs8 } of found.keys) pkcs8.fill(0);
    throw error;
  } finally {
    if (text !== bytes) text.fill(0);
  }
}

async function take(block: PemBlock, found: Found, password: Uint8Array | undefined, budget: Budget): Promise<void> {
  const { label, der, where } = block;
  found.labels.add(label);
  if (certificateLabels.has(label)) {
    budget.chargeCertificates();
    const plain = label === trusted ? withoutTrustData(der, where) : der;
    found.certificates.push({ der: readCertificate(plain, where) });
  } else if (pkcs7Labels.has(label)) {
    const { certificates, warnings } = decodePkcs7(der, { budget }, where);
    found.certificates.push(...certificates);
    found.warnings.push(...warnings);
  } else if (label === "OPENSSH PRIVATE KEY") {
    throw openssh(where);
  } else if (label.endsWith("PRIVATE KEY")) {
    const pkcs8 = await privateKey(block, password, budget);
    if (pkcs8 === undefined) skip(found, `says ${label} but holds none`, where);
    else found.keys.push({ pkcs8 });
  } else if (!parameters.has(label)) {
    skip(found, `is a ${label}`, where);
  }
}

function skip({ skipped }: Found, what: string, where: string): void {
  const same = skipped.get(what);
  if (same === undefined) skipped.set(what, { where, count: 1 });
  else same.count++;
}

function inWords(what: string, { where, count }: { readonly where: string; readonly count: number }): string {
  return `${where} ${what}; it was skipped${count === 1 ? "" : `, and ${count - 1} more like it`}.`;
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

/** A PKCS#7 may be empty. */
function isNothing({ certificates, keys, labels }: Found): boolean {
  return certificates.length + keys.length === 0 && ![...labels].some((label) => pkcs7Labels.has(label));
}

function nothing({ warnings }: Found): FormatError {
  const words = ["There is neither a certificate nor a private key.", ...warnings.slice(0, 3)];
  return new FormatError("NoCertificate", words.join(" "));
}

function unrecognised(bytes: Buffer, budget: Budget): FormatError {
  checkDepth(bytes, budget.limits.depth, "the value");
  return new FormatError("Malformed", hintFor(bytes));
}

function openssh(where: string): FormatError {
  const message = `${where} is a private key in OpenSSH's own format; convert it with ssh-keygen -p -m PKCS8 -f <file>.`;
  return new FormatError("UnsupportedAlgorithm", message);
}
