/** Object identifiers of PKCS#12 (RFC 7292) and of what lies inside. */
export const data = "1.2.840.113549.1.7.1";
export const envelopedData = "1.2.840.113549.1.7.3";
export const encryptedData = "1.2.840.113549.1.7.6";

export const keyBag = "1.2.840.113549.1.12.10.1.1";
export const shroudedKeyBag = "1.2.840.113549.1.12.10.1.2";
export const certBag = "1.2.840.113549.1.12.10.1.3";
export const safeContentsBag = "1.2.840.113549.1.12.10.1.6";
export const x509Certificate = "1.2.840.113549.1.9.22.1";

export const friendlyName = "1.2.840.113549.1.9.20";
export const localKeyId = "1.2.840.113549.1.9.21";
/** Oracle's: Java takes a certificate without it for part of a chain, never for a trusted entry. */
export const trustedKeyUsage = "2.16.840.1.113894.746875.1.1";
export const anyExtendedKeyUsage = "2.5.29.37.0";

export const pbmac1 = "1.2.840.113549.1.5.14";
