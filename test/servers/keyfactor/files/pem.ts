const block =
  /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----([\sA-Za-z0-9+/=]*)-----END (X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates of a PEM file, in its order; keys and other text are passed over. Any white space may stand for a line's
 * end: the vendor's own PowerShell sample joins lines with spaces (A.6 [I]).
 */
export function certificatesInPem(text: string): Buffer[] {
  return [...text.matchAll(block)].map(([, , base64 = ""]) => Buffer.from(base64.replaceAll(/\s/g, ""), "base64"));
}

/** As a PEM file with LF. */
export function pemOf(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
