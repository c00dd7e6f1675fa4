import type { Endpoint } from "../endpoint.ts";
import { noContent } from "../../http/answer.ts";
import { certificateIn } from "./certificates.ts";

/** Takes the record and the stored key away; stores keep what they hold (A.15 [O]). */
export const deleteCertificate: Endpoint = {
  method: "DELETE",
  path: "/Certificates/{id}",
  handle: (call) => {
    call.requires("/certificates/collections/delete/", call.query.id("collectionId"));
    call.command.certificates.delete(certificateIn(call).id);
    return noContent;
  },
};
