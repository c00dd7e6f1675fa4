import "reflect-metadata";
import { createHash, type X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** What a policy takes from the certificate when it is imported (B.3 [C]). */
export interface X509Facts {
  readonly subject: string;
  readonly ekus: readonly string[];
  readonly key_usage: readonly string[];
  readonly validity_months: number;
  readonly sans?: Readonly<Record<string, readonly string[]>>;
  readonly basic_constraints: { readonly ca: boolean };
}

/** Of KeyUsage, the lowest bit first (RFC 5280 section 4.2.1.3). */
const usages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

/** Names of alternative names in a policy, by @peculiar/x509's. */
const sanNames: Readonly<Record<string, string>> = {
  dns: "dns_names",
  email: "emails",
  upn: "upns",
  url: "uris",
  ip: "ipAddresses",
};

/** base64url of SHA-1 (B.2). */
export function x5tOf({ raw }: X509Certificate): string {
  return createHash("sha1").update(raw).digest("base64url");
}

/** By @peculiar/x509. Parts of the subject stand in the certificate's order [I]. */
export function factsOf(certificate: X509Certificate): X509Facts {
  const parsed = new x509.X509Certificate(new Uint8Array(certificate.raw));
  const usage = parsed.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const sans = sansOf(parsed);
  return {
    subject: parsed.subject,
    ekus: parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String) ?? [],
    key_usage: usages.filter((_, bit) => (usage & (1 << bit)) !== 0),
    validity_months: monthsBetween(parsed.notBefore, parsed.notAfter),
    ...(Object.keys(sans).length === 0 ? {} : { sans }),
    basic_constraints: { ca: parsed.getExtension(x509.BasicConstraintsExtension)?.ca ?? false },
  };
}

function sansOf(parsed: x509.X509Certificate): Record<string, string[]> {
  const sans: Record<string, string[]> = {};
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  for (const { type, value } of names) {
    const name = sanNames[type];
    if (name !== undefined) (sans[name] ??= []).push(value);
  }
  return sans;
}

/** Months, rounded up (B.3 [C]). */
function monthsBetween(from: Date, to: Date): number {
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  const whole = new Date(from);
  whole.setUTCMonth(whole.getUTCMonth() + months);
  return whole < to ? months + 1 : months;
}
