import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { noContent } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { notFound } from "../http/refusal.ts";
import { checkMetadata, metadata } from "../model/metadata.ts";

const body = members({ Id: z.int(), Metadata: metadata });

/** A.15; what becomes of fields that are left out is a setting, for it is not known (F.5 [U]). */
export const putMetadata: Endpoint = {
  method: "PUT",
  path: "/Certificates/Metadata",
  handle: (call) => {
    // A.3 [D], spelled as [K].
    call.requires("/certificates/collections/metadata/modify/", call.query.id("collectionId"));
    const { Id, Metadata } = call.read(body);
    const { command } = call;
    const certificate = command.certificate(Id);
    if (certificate === undefined) throw notFound(`Certificate ${Id}`);
    checkMetadata(command, Metadata);
    if (command.settings.absentMetadata === "Cleared") certificate.metadata.clear();
    for (const [name, value] of Object.entries(Metadata)) {
      // An empty string unsets a field (A.15 [K]).
      if (value === "") certificate.metadata.delete(name);
      else certificate.metadata.set(name, value);
    }
    return noContent;
  },
};
