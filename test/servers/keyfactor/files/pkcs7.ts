import * as pkijs from "pkijs";

const signedData = "1.2.840.113549.1.7.2";
const data = "1.2.840.113549.1.7.1";

/** The certificates of a DER PKCS#7, by PKI.js. */
export function certificatesInPkcs7(file: Buffer): Buffer[] {
  const content = pkijs.ContentInfo.fromBER(new Uint8Array(file));
  if (content.contentType !== signedData) throw new Error("no SignedData");
  const { certificates = [] } = new pkijs.SignedData({ schema: content.content });
  return certificates
    .filter((certificate) => certificate instanceof pkijs.Certificate)
    .map((certificate) => Buffer.from(certificate.toSchema(true).toBER()));
}

/** A DER PKCS#7 that holds the certificates in the order given, by PKI.js. */
export function pkcs7Of(certificates: readonly Buffer[]): Buffer {
  const signed = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: data }),
    certificates: certificates.map((der) => pkijs.Certificate.fromBER(new Uint8Array(der))),
  });
  const content = new pkijs.ContentInfo({ contentType: signedData, content: signed.toSchema(true) });
  return Buffer.from(content.toSchema().toBER());
}
