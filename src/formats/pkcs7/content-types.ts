export const SIGNED_DATA = "1.2.840.113549.1.7.2";
export const DATA = "1.2.840.113549.1.7.1";

/** Content types of PKCS#7 and CMS. PKCS#12 begins with a version instead. */
export const contentTypes: ReadonlyMap<string, string> = new Map([
  [DATA, "data"],
  [SIGNED_DATA, "signed data"],
  ["1.2.840.113549.1.7.3", "enveloped data"],
  ["1.2.840.113549.1.7.4", "signed and enveloped data"],
  ["1.2.840.113549.1.7.5", "digested data"],
  ["1.2.840.113549.1.7.6", "encrypted data"],
  ["1.2.840.113549.1.9.16.1.2", "authenticated data"],
  ["1.2.840.113549.1.9.16.1.9", "compressed data"],
  ["1.2.840.113549.1.9.16.1.23", "authenticated enveloped data"],
]);
