import { ok } from "../../http/answer.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import { Refusal } from "../http/refusal.ts";
import { type Certificate, latest, type Version } from "../model/certificate.ts";
import { bundleOf } from "./bundle.ts";

/** B.4. */
export const getCertificate: Endpoint = {
  method: "GET",
  path: "/certificates/{name}",
  action: "read",
  handle: (call) => {
    const certificate = call.vault.certificates.live(call.name);
    return ok(bundleOf(call, certificate, latest(certificate)));
  },
};

export const getVersion: Endpoint = {
  method: "GET",
  path: "/certificates/{name}/{version}",
  action: "read",
  handle: (call) => {
    const certificate = call.vault.certificates.live(call.name);
    return ok(bundleOf(call, certificate, versionAt(call, certificate)));
  },
};

/** The one that the path names, or the latest; status 404 where there is none. */
export function versionAt(call: Call, certificate: Certificate): Version {
  const version =
    call.version === "" ? latest(certificate) : certificate.versions.find(({ id }) => id === call.version);
  // The text is that of a missing certificate [I].
  if (version === undefined) throw new Refusal(404, "CertificateNotFound", `Certificate not found: ${call.name}`);
  return version;
}
