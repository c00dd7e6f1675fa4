import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest, noCertificateFormat } from "../http/refusal.ts";
import { time } from "../model/schedule.ts";

/** Of A.11 [K] what is needed to have a certificate. */
const body = members({
  Subject: z.string().min(1),
  Timestamp: time,
  Template: z.string().nullish(),
  EnrollmentPattern: z.string().nullish(),
  Password: z.string().nullish(),
  SANs: z.record(z.string(), z.array(z.string())).nullish(),
});

/** Issues at once, and keeps the key at hand for PFX Deploy; the PFX itself is not given back here. */
export const enrollPfx: Endpoint = {
  method: "POST",
  path: "/Enrollment/PFX",
  handle: async (call) => {
    call.requires("/certificates/enrollment/pfx/");
    // Required as for Download (A.1).
    if (call.headers["x-certificateformat"] === undefined) throw noCertificateFormat();
    const { Subject, SANs, Template, EnrollmentPattern } = call.read(body);
    const pattern = call.command.features.enrollmentPatterns ? EnrollmentPattern : undefined;
    // One of them (A.11); patterns since 25.1 (A.16).
    if (!Template && !pattern) throw badRequest("A template is required.");
    return ok(await enrolled(call, Subject, SANs?.["dns"] ?? []));
  },
};

async function enrolled({ command, user }: Call, subject: string, dnsNames: readonly string[]): Promise<object> {
  const { x509, key, issuerPem } = await command.issuingCa.enroll(subject, dnsNames, command.now());
  command.addCertificate(issuerPem);
  const requestId = command.nextRequestId();
  const { certificate } = command.certificates.record(x509, requestId);
  certificate.key = key;
  command.enrollments.push({ requestId, certificateId: certificate.id, user: user.name, at: command.now() });
  const { SerialNumber, IssuerDN, Thumbprint } = certificate.facts;
  const CertificateInformation = {
    SerialNumber,
    IssuerDN,
    Thumbprint,
    KeyfactorId: certificate.id,
    KeyfactorRequestId: requestId,
    Pkcs12Blob: null,
    Password: null,
    RequestDisposition: "ISSUED",
    DispositionMessage: "",
  };
  return { CertificateInformation, Metadata: {} };
}
