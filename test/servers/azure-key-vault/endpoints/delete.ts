import { noContent, ok } from "../../http/answer.ts";
import type { Endpoint } from "../endpoint.ts";
import { Refusal } from "../http/refusal.ts";
import { latest } from "../model/certificate.ts";
import { beingDeleted } from "../model/certificates.ts";
import { bundleOf, deletedBundleOf } from "./bundle.ts";

/** All versions; the answer comes before it is done (B.4 [C]). */
export const deleteCertificate: Endpoint = {
  method: "DELETE",
  path: "/certificates/{name}",
  action: "delete",
  handle: (call) => {
    const { vault, name } = call;
    const certificate = vault.certificates.live(name);
    vault.certificates.delete(certificate, vault.now(), vault.settings.recoverableDays);
    return ok(deletedBundleOf(call, certificate, latest(certificate)));
  },
};

export const getDeleted: Endpoint = {
  method: "GET",
  path: "/deletedcertificates/{name}",
  action: "read",
  handle: (call) => {
    const certificate = call.vault.certificates.deleted(call.name);
    return ok(deletedBundleOf(call, certificate, latest(certificate)));
  },
};

/** The live name is there some time later (B.4 [C]). */
export const recoverDeleted: Endpoint = {
  method: "POST",
  path: "/deletedcertificates/{name}/recover",
  action: "recover",
  handle: (call) => {
    const { vault, name } = call;
    const certificate = vault.certificates.deleted(name);
    vault.certificates.recover(certificate, vault.now());
    return ok(bundleOf(call, certificate, latest(certificate)));
  },
};

/** B.4, D29. The name is free some time later: users who import at once meet a conflict [C]. */
export const purgeDeleted: Endpoint = {
  method: "DELETE",
  path: "/deletedcertificates/{name}",
  action: "purge",
  handle: ({ vault, name }) => {
    // A recording has it of keys [C].
    if (vault.certificates.find(name)?.state.kind === "Deleting") throw beingDeleted();
    const certificate = vault.certificates.deleted(name);
    // The status is known (D29), the text is a placeholder [U].
    if (vault.settings.purgeProtection)
      throw new Refusal(403, "Forbidden", "Operation purge is not allowed on this vault.");
    vault.certificates.purge(certificate, vault.now());
    return noContent;
  },
};
