import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { endEntityOf, readCertificateFile } from "../files/certificate-file.ts";
import { factsOf } from "../files/facts.ts";
import { ok } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";

const body = members({ Certificate: z.string(), Password: z.string().nullish() });

/** One element for each certificate of the file; nothing is stored (A.14). Import's permission is asked for [I]. */
export const analyzeCertificate: Endpoint = {
  method: "POST",
  path: "/Certificates/Analyze",
  handle: async (call) => {
    call.requires("/certificates/import/");
    const { Certificate, Password } = call.read(body);
    const file = await readCertificateFile(Certificate, Password ?? undefined);
    const endEntity = endEntityOf(file);
    return ok(
      file.certificates.map((certificate) => {
        const { IssuedDN, IssuerDN, Thumbprint, NotAfter, NotBefore } = factsOf(certificate);
        const IsEndEntity = certificate === endEntity && !certificate.ca;
        return { IssuedDN, IssuerDN, Thumbprint, NotAfter, NotBefore, Metadata: {}, IsEndEntity };
      }),
    );
  },
};
