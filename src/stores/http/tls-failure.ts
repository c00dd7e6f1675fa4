/** What Node and OpenSSL call a chain that ends at nobody who is trusted. */
const untrusted = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_UNTRUSTED",
  // A CA of the same name with another key.
  "CERT_SIGNATURE_FAILURE",
]);
/** What else is wrong with a certificate, by OpenSSL's X509_V_ERR codes. */
const faulty = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "EE_KEY_TOO_SMALL",
  "CA_KEY_TOO_SMALL",
  "CA_MD_TOO_WEAK",
]);

/**
 * What to tell when the certificate of a server was not accepted, and what to do; undefined when that was not what failed.
 * @param ownCa whether the store names its CA; the roots of Node.js are used otherwise
 */
export function tlsFailure(error: unknown, host: string, ownCa: boolean): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (untrusted.has(code)) {
    const what = ownCa
      ? "the CA that the store names. Put the CA there that issued it"
      : "a CA that is known. Name the CA that issued it in caSecretRef or caConfigMapRef";
    return `The certificate of ${host} does not come from ${what}, or have the server send the intermediate certificates as well (${code}).`;
  }
  if (code === "CERT_HAS_EXPIRED") {
    return `The certificate of ${host}, or one of its CAs, has expired; have it renewed there.`;
  }
  if (code === "CERT_NOT_YET_VALID") {
    return `The certificate of ${host}, or one of its CAs, is not valid yet; check the clocks.`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `The certificate of ${host} is for ${namesOf(error)}; use a name that it holds, or have it reissued.`;
  }
  if (faulty.has(code)) return `The certificate of ${host} cannot be accepted (${code}); have it reissued.`;
  return undefined;
}

/** Where no TLS came about, although a connection did. */
export function isNoTls(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return code === "EPROTO" || code.startsWith("ERR_SSL_");
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Written by whoever made the certificate: cut, and without control characters. */
function namesOf(error: unknown): string {
  const cert: unknown = error instanceof Error && "cert" in error ? error.cert : undefined;
  const names: unknown =
    typeof cert === "object" && cert !== null && "subjectaltname" in cert ? cert.subjectaltname : "";
  const text = typeof names === "string" ? names.replace(/[^ -~]/g, "?").slice(0, 200) : "";
  return text === "" ? "other names" : text;
}
