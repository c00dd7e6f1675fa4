import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { badParameter } from "../http/refusal.ts";
import type { Contents } from "./contents.ts";
import { openEncryptedKey } from "./encrypted-key.ts";

const block = /-----BEGIN ([A-Z0-9 ]+)-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END \1-----/g;

/** Quoted by users (B.5 [C]). */
const unexpectedFormat = (): Error =>
  badParameter(
    "The specified PEM X.509 certificate content is in an unexpected format. Please check if certificate is in valid PEM format.",
  );
/** Quoted by users with `...` for what stands before and between (B.5 [C]). */
const unreadable = (): Error =>
  badParameter(
    "The specified PEM X.509 certificate content can not be read. Please check if certificate is in valid PEM format. Accepted formats: PEM content or Base64 encoded PEM content.",
  );

/**
 * A private key and the certificates, in PEM or in base64 of PEM (B.1 [C]): PKCS#8 alone, lines that end with LF alone, no blank
 * lines. The key may come before or behind its certificate (B.1 [S], [C]).
 */
export function readPem(value: string, password: string): Contents {
  const text = value.includes("-----BEGIN ") ? value : Buffer.from(value, "base64").toString("utf8");
  if (!text.includes("-----BEGIN ")) throw unreadable();
  if (/\r|\n\n/.test(text)) throw unexpectedFormat();
  const blocks = [...text.matchAll(block)].map(([pem, label = ""]) => ({ pem, label }));
  // Anything between the blocks would be a format of its own [I].
  if (text.replaceAll(block, "").trim() !== "") throw unexpectedFormat();
  const keys: KeyObject[] = [];
  const certificates: X509Certificate[] = [];
  for (const { pem, label } of blocks) {
    if (label === "CERTIFICATE") certificates.push(certificateOf(pem));
    else keys.push(keyOf(pem, label, password));
  }
  const [key, ...more] = keys;
  if (key === undefined || certificates.length === 0) throw unreadable();
  if (more.length > 0) throw unexpectedFormat();
  return { key, certificates };
}

/** As the vault gives a PEM back: the key, then the certificates, the leaf first. */
export function writePem(key: KeyObject | undefined, certificates: readonly X509Certificate[]): string {
  const keyPem = key === undefined ? "" : String(key.export({ format: "pem", type: "pkcs8" }));
  return `${keyPem}${certificates.map(String).join("")}`;
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unreadable();
  }
}

/** PKCS#1 and SEC1 keys, and all other blocks, are refused (B.1 [C]; EC PARAMETERS [I]). */
function keyOf(pem: string, label: string, password: string): KeyObject {
  if (label !== "PRIVATE KEY" && label !== "ENCRYPTED PRIVATE KEY") throw unexpectedFormat();
  try {
    return label === "PRIVATE KEY" ? createPrivateKey(pem) : openEncryptedKey(pem, password);
  } catch {
    throw unexpectedFormat();
  }
}
