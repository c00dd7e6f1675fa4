import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { notFound } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import { type Listing, parameters } from "../query/page.ts";
import { certificateAnswer, type Included } from "./certificate-answer.ts";

/** Fields of A.5. */
const listing: Listing<Certificate> = {
  prefix: "pq",
  fields: [
    "Id",
    "Thumbprint",
    "IssuedCN",
    "IssuedDN",
    "IssuerDN",
    "SerialNumber",
    "CertRequestId",
    "NotBefore",
    "NotAfter",
  ],
  sortedBy: "Id",
  row: ({ id, facts, requestId }) => ({
    Id: id,
    Thumbprint: facts.Thumbprint,
    IssuedCN: facts.IssuedCN,
    IssuedDN: facts.IssuedDN,
    IssuerDN: facts.IssuerDN,
    SerialNumber: facts.SerialNumber,
    CertRequestId: requestId ?? null,
    NotBefore: new Date(facts.NotBefore),
    NotAfter: new Date(facts.NotAfter),
  }),
};

/** How one gets the id of a certificate that was imported (A.6). */
export const listCertificates: Endpoint = {
  method: "GET",
  path: "/Certificates",
  handle: (call) => {
    call.requires("/certificates/collections/read/", call.query.id("collectionId"));
    const { command, query } = call;
    // In 10.x with the prefix (A.5).
    const flag = (name: string): boolean => parameters(query, "pq", command.features)(name)?.toLowerCase() === "true";
    const now = command.now();
    const shown = command.certificates
      .all()
      // Expired ones come only when asked for (A.5 [O]).
      .filter(({ facts }) => flag("includeExpired") || Date.parse(facts.NotAfter) > now);
    return ok(call.page(shown, listing).map((certificate) => certificateAnswer(command, certificate, included(call))));
  },
};

/** A.10. */
export const getCertificate: Endpoint = {
  method: "GET",
  path: "/Certificates/{id}",
  handle: (call) => {
    call.requires("/certificates/collections/read/", call.query.id("collectionId"));
    return ok(certificateAnswer(call.command, certificateIn(call), included(call)));
  },
};

/** The certificate that the path names, or status 404. */
export function certificateIn({ command, params }: Call): Certificate {
  const certificate = command.certificate(Number(params["id"]));
  if (certificate === undefined) throw notFound(`Certificate ${params["id"]}`);
  return certificate;
}

function included({ query }: Call): Included {
  return { locations: query.flag("includeLocations"), metadata: query.flag("includeMetadata") };
}
