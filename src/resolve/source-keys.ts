import type { SourceSpec } from "../crds/index.ts";
import { TerminalError } from "../stores/errors.ts";
import type { Material } from "./material.ts";

/** Which keys hold what. */
export interface SourceKeys {
  /** Of the certificate, or of the keystore that holds all. */
  readonly certificate: string;
  readonly privateKey?: string | undefined;
  readonly ca?: string | undefined;
}

/** The usual names of a certificate alone, and of a certificate with its chain, in a Secret or ConfigMap without a type of its own. */
const usualCertificates = ["tls.crt", "certificate", "cert.pem", "tls.pem", "server.crt"];
const usualAuthorities = ["ca-bundle.crt", "ca.crt"];
const usualKeys = ["tls.key", "privateKey", "private.key", "key.pem", "server.key"];
/** Names that cert-manager and others give to keystores. */
const usualKeystores = [
  "keystore.p12",
  "keystore.jks",
  "keystore.pfx",
  "certificate.pfx",
  "certificate.p12",
  "tls.pfx",
  "tls.p12",
];

/**
 * What the spec names; else the keys of the Secret's type; else the first of the usual names that is there; else the only
 * value there. Throws `TerminalError` `SourceKeyMissing`.
 */
export function sourceKeys(material: Material, spec: SourceSpec): SourceKeys {
  const { type, values } = material;
  const named = spec.keys ?? {};
  const certificate = named.keystore ?? named.certificate ?? usualKey(material, spec) ?? onlyKey(material, spec);
  if (certificate === undefined) throw noUsualName(material);
  if (certificate === named.keystore || usualKeystores.includes(certificate)) return { certificate, ca: named.ca };
  const there = (names: readonly string[]): string | undefined => names.find((name) => values.has(name));
  const ca = named.ca ?? (values.has("ca.crt") && certificate !== "ca.crt" ? "ca.crt" : undefined);
  const usual = type === "kubernetes.io/tls" ? "tls.key" : there(usualKeys);
  const secret = spec.secretRef !== undefined;
  const privateKey = named.privateKey ?? (secret && usual !== undefined && usual !== certificate ? usual : undefined);
  return {
    certificate,
    privateKey: nonEmpty(values, named.privateKey, privateKey),
    ca: nonEmpty(values, named.ca, ca),
  };
}

function usualKey({ type, values }: Material, { format }: SourceSpec): string | undefined {
  if (format === "PKCS12" || format === "JKS") return usualKeystores.find((name) => values.has(name));
  if (type === "kubernetes.io/tls") return "tls.crt";
  return [...usualCertificates, ...usualKeystores, ...usualAuthorities].find((name) => values.has(name));
}

/** Passwords that lie in the same Secret are not counted. */
function onlyKey({ values }: Material, spec: SourceSpec): string | undefined {
  const passwords = [spec.passwordSecretRef, spec.keyPasswordSecretRef].flatMap((ref) =>
    ref !== undefined && ref.name === spec.secretRef?.name ? [ref.key] : [],
  );
  const [only, ...more] = [...values.keys()].filter((key) => !passwords.includes(key));
  return more.length === 0 ? only : undefined;
}

function noUsualName({ what, values }: Material): TerminalError {
  const found = [...values.keys()].slice(0, 8).join(", ") || "none";
  const message = `${what} has no key with a usual name for a certificate or a keystore (it has: ${found}); name it in source.keys.certificate or source.keys.keystore.`;
  return new TerminalError("SourceKeyMissing", message);
}

/** An empty value under a usual name says that there is none: cert-manager writes an empty ca.crt where the issuer gives none. */
function nonEmpty(
  values: ReadonlyMap<string, Buffer>,
  named: string | undefined,
  key: string | undefined,
): string | undefined {
  return key !== undefined && (key === named || (values.get(key)?.byteLength ?? 0) > 0) ? key : undefined;
}
