import { createPrivateKey, type KeyObject } from "node:crypto";
import forge from "node-forge";
import * as pkijs from "pkijs";

/** The six schemes of RFC 7292 that the reference page names (B.1 [S]). */
const schemes: readonly string[] = [1, 2, 3, 4, 5, 6].map((last) => `1.2.840.113549.1.12.1.${last}`);

/**
 * A key that a scheme of PKCS#12 encrypts; others, PBES2 among them, are not on the page's list (B.1 [I]). Throws for those, for
 * a wrong password, and for RC4 and for RC2 of 128 bits, which node-forge does not open.
 */
export function openEncryptedKey(pem: string, password: string): KeyObject {
  const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\n/g, ""), "base64");
  const { algorithmId } = schemeOf(der);
  if (!schemes.includes(algorithmId)) throw new Error(`${algorithmId} is not supported`);
  const opened = forge.pki.decryptPrivateKeyInfo(forge.asn1.fromDer(der.toString("latin1")), password);
  if (opened === null) throw new Error("the password is wrong");
  const pkcs8 = Buffer.from(forge.asn1.toDer(opened).getBytes(), "latin1");
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

function schemeOf(der: Buffer): pkijs.AlgorithmIdentifier {
  return pkijs.PKCS8ShroudedKeyBag.fromBER(new Uint8Array(der)).encryptionAlgorithm;
}
