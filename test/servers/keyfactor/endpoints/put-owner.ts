import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { noContent } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { ownerOf } from "../model/owner.ts";
import { certificateIn } from "./certificates.ts";

/** Without either the certificate has no owner any more; a name that is an empty string is none that exists [K: Terraform provider]. */
const body = members({ NewRoleId: z.int().nullish(), NewRoleName: z.string().nullish() });

/** Exists in 24+ (A.15 [O]); the status is that of other changes [I]. */
export const putOwner: Endpoint = {
  method: "PUT",
  path: "/Certificates/{id}/Owner",
  exists: ({ features }) => features.ownerEndpoint,
  handle: (call) => {
    // A.3 [D], spelled as [K].
    call.requires("/certificates/collections/change_owner/", call.query.id("collectionId"));
    const certificate = certificateIn(call);
    const { NewRoleId, NewRoleName } = call.read(body);
    certificate.ownerRoleId = ownerOf(call.command, { id: NewRoleId ?? undefined, name: NewRoleName ?? undefined })?.id;
    return noContent;
  },
};
