import { X509Certificate } from "node:crypto";
import { chainOf, type ChainOptions } from "./chain-options.ts";
import { FormatError } from "./errors.ts";
import type { Bundle } from "./types.ts";

/** What a keystore shall hold. Aliases are unique whatever their case: Java folds it. */
export interface KeystoreContent {
  readonly keys: readonly KeyEntry[];
  readonly certificates: readonly CertificateEntry[];
}

/** A private key with its certificate and chain. */
export interface KeyEntry {
  readonly alias: string;
  /** PKCS#8 DER. */
  readonly pkcs8: Buffer;
  /** Leaf first. */
  readonly certificates: readonly Buffer[];
}

/** A certificate without its key: trusted for itself, or just there. */
export interface CertificateEntry {
  readonly alias?: string | undefined;
  readonly certificate: Buffer;
  readonly trusted: boolean;
}

export interface KeystoreOptions extends ChainOptions {
  /** Keystore, when unset: key, leaf and chain. Truststore: the CA certificates of the source, or else the chain's root. */
  readonly content?: "Keystore" | "Truststore" | undefined;
  /** Of the key, or of the leaf where there is no key; `certificate` when unset. */
  readonly alias?: string | undefined;
}

/** Throws `FormatError` `NoCertificate` for a trust store without a certificate to trust. */
export function keystoreContent(bundle: Bundle, options: KeystoreOptions): KeystoreContent {
  if (options.content === "Truststore") return { keys: [], certificates: trustEntries(authoritiesOf(bundle)) };
  const { alias = "certificate" } = options;
  const chain = chainOf(bundle, options);
  if (bundle.key !== undefined) {
    return { keys: [{ alias, pkcs8: bundle.key, certificates: [bundle.leaf, ...chain] }], certificates: [] };
  }
  const above = chain.map((certificate) => ({ certificate, trusted: false }));
  return { keys: [], certificates: [{ alias, certificate: bundle.leaf, trusted: false }, ...above] };
}

function authoritiesOf({ trusted, root }: Bundle): readonly Buffer[] {
  if (trusted.length > 0) return trusted;
  if (root !== undefined) return [root];
  throw new FormatError(
    "NoCertificate",
    "A trust store is asked for, but the source has no CA certificate and no root.",
  );
}

/** Under the common name, or the last part of the subject; twins get numbers. */
function trustEntries(ders: readonly Buffer[]): CertificateEntry[] {
  const taken = new Set<string>();
  return ders.map((certificate) => {
    const name = nameOf(new X509Certificate(certificate));
    let alias = name;
    for (let number = 2; taken.has(alias.toLowerCase()); number++) alias = `${name} (${number})`;
    taken.add(alias.toLowerCase());
    return { alias, certificate, trusted: true };
  });
}

function nameOf({ subject, serialNumber }: X509Certificate): string {
  const attributes = (subject ?? "").split("\n").filter(Boolean);
  const chosen = attributes.find((attribute) => attribute.startsWith("CN=")) ?? attributes.at(-1);
  return chosen?.slice(chosen.indexOf("=") + 1, 128) ?? serialNumber;
}
