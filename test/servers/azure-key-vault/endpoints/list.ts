import { ok } from "../../http/answer.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import { x5tOf } from "../files/facts.ts";
import { invalidProperty } from "../http/refusal.ts";
import { type Certificate, latest, type Version } from "../model/certificate.ts";
import { attributesOf, idsOf, tagsOf } from "./bundle.ts";

/** B.4; the order is a placeholder [U]. */
export const listCertificates: Endpoint = {
  method: "GET",
  path: "/certificates",
  action: "read",
  handle: (call) => {
    const live = call.vault.certificates.all().filter(({ state }) => state.kind === "Live");
    return paged(call, live, (certificate) => itemOf(call, certificate));
  },
};

/** Empty where there is no such certificate (a recording [C]). */
export const listVersions: Endpoint = {
  method: "GET",
  path: "/certificates/{name}/versions",
  action: "read",
  handle: (call) => {
    const certificate = call.vault.certificates.find(call.name);
    if (certificate?.state.kind !== "Live") return paged(call, [], () => ({}));
    return paged(call, certificate.versions, (version) => {
      const { id } = idsOf(call, certificate, version);
      return { ...itemOf(call, certificate, version), id };
    });
  },
};

export const listDeleted: Endpoint = {
  method: "GET",
  path: "/deletedcertificates",
  action: "read",
  handle: (call) => {
    const deleted = call.vault.certificates.all().filter(({ state }) => state.kind === "Deleted");
    return paged(call, deleted, (certificate) => ({
      recoveryId: `${call.baseUrl}/deletedcertificates/${certificate.name}`,
      deletedDate: certificate.deleted?.date,
      scheduledPurgeDate: certificate.deleted?.purge,
      ...itemOf(call, certificate),
    }));
  },
};

function itemOf(call: Call, certificate: Certificate, version: Version = latest(certificate)): object {
  const { certificate: id } = idsOf(call, certificate, version);
  return { id, x5t: x5tOf(version.leaf), attributes: attributesOf(call, version), ...tagsOf(version) };
}

/** Pages of 25 at most; the last one has no link (B.4). How a link names its page is the service's own. */
function paged<Item>(call: Call, items: readonly Item[], itemOf: (item: Item) => object) {
  const { query, baseUrl } = call;
  const most = Number(query.get("maxresults") ?? 25);
  if (!Number.isInteger(most) || most < 1 || most > 25) throw invalidProperty("maxresults");
  const from = Number(query.get("$skiptoken") ?? 0);
  const next = new URLSearchParams(query);
  next.set("$skiptoken", String(from + most));
  const nextLink = from + most < items.length ? `${baseUrl}${call.path}?${String(next)}` : null;
  return ok({ value: items.slice(from, from + most).map(itemOf), nextLink });
}
