import { X509Certificate } from "node:crypto";
import { type CertificateFactsStatus, type DeliveryRecord, timestamp } from "../../crds/index.ts";
import type { Source } from "../../resolve/index.ts";
import type { Draft } from "./draft.ts";

/** What a run tells of the source: what was read; or, since it comes first, that what the run ended with was about the source. */
export function sourceReport(
  source: Source | undefined,
  { phase, reason = phase, message = "" }: DeliveryRecord,
): Pick<Draft, "certificate" | "source" | "fileName" | "sourceValid"> {
  if (source !== undefined) {
    const message = ["The source holds a usable certificate.", ...source.warnings].join(" ").slice(0, 1024);
    const sourceValid = { status: "True", reason: "Valid", message } as const;
    const fileName = source.fileName?.slice(0, 256);
    return { certificate: certificateOf(source), source: source.read, fileName, sourceValid };
  }
  return { sourceValid: { status: "False", reason, message } };
}

function certificateOf({ bundle, facts }: Source): CertificateFactsStatus {
  const { subject, issuer, serialNumber, sha1, sha256, keyAlgorithm } = facts;
  const dnsNames = facts.dnsNames.slice(0, 100);
  const chain = bundle.chain.slice(0, 16).map((der) => subjectOf(der));
  return {
    subject: subject.slice(0, 2048),
    issuer: issuer.slice(0, 2048),
    serialNumber: serialNumber.slice(0, 128),
    sha1,
    sha256,
    notBefore: timestamp(facts.notBefore),
    notAfter: timestamp(facts.notAfter),
    ...(dnsNames.length === 0 ? {} : { dnsNames }),
    keyAlgorithm,
    hasPrivateKey: bundle.key !== undefined,
    ...(chain.length === 0 ? {} : { chain }),
  };
}

function subjectOf(der: Buffer): string {
  return new X509Certificate(der).subject.split("\n").reverse().join(",").slice(0, 2048);
}
