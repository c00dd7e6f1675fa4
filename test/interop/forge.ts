import { X509Certificate } from "node:crypto";
import forge from "node-forge";

/** What a library holds or finds: DER. */
export interface Contents {
  readonly certificates: readonly Buffer[];
  /** PKCS#8. */
  readonly keys: readonly Buffer[];
}

/** node-forge reads RSA only where it shall make something of it; other keys and certificates it leaves as ASN.1. */
export function readByForge(file: Buffer, password: string): Contents {
  const pfx = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(file.toString("latin1")), password);
  const bagsOf = (type: string): forge.pkcs12.Bag[] => pfx.getBags({ bagType: type })[type] ?? [];
  const { certBag = "", keyBag = "", pkcs8ShroudedKeyBag = "" } = forge.pki.oids;
  const keys = [...bagsOf(keyBag), ...bagsOf(pkcs8ShroudedKeyBag)];
  return {
    certificates: bagsOf(certBag).map(({ cert, asn1 }) => der(cert ? forge.pki.certificateToAsn1(cert) : asn1)),
    keys: keys.map(({ key, asn1 }) => der(key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1)),
  };
}

export interface ForgeOptions {
  readonly algorithm: "3des" | "aes128" | "aes192" | "aes256";
  readonly iterations: number;
}

export function writeByForge({ certificates, keys }: Contents, password: string, options: ForgeOptions): Buffer {
  const [key] = keys.map((pkcs8) => forge.pki.privateKeyFromAsn1(forge.asn1.fromDer(pkcs8.toString("latin1"))));
  const chain = certificates.map((raw) => forge.pki.certificateFromPem(new X509Certificate(raw).toString()));
  const { algorithm, iterations: count } = options;
  return der(forge.pkcs12.toPkcs12Asn1(key ?? null, chain, password, { algorithm, count }));
}

function der(asn1: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), "latin1");
}
