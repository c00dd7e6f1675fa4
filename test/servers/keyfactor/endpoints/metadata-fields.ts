import type { Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import type { Listing } from "../query/page.ts";

interface Field {
  readonly id: number;
  readonly name: string;
}

const listing: Listing<Field> = {
  prefix: "pq",
  fields: ["Id", "Name"],
  sortedBy: "Id",
  row: ({ id, name }) => ({ Id: id, Name: name }),
};

/** All are strings here, data type 1 (A.15 [I]). */
export const metadataFields: Endpoint = {
  method: "GET",
  path: "/MetadataFields",
  handle: (call) => {
    call.requires("/metadata/types/read/");
    const fields = call.command.settings.metadataFields.map((name, index) => ({ id: index + 1, name }));
    return ok(
      call.page(fields, listing).map(({ id, name }) => ({
        Id: id,
        Name: name,
        Description: name,
        DataType: 1,
        Hint: null,
        Validation: null,
        Enrollment: 0,
        Message: null,
        Options: null,
        DefaultValue: null,
        DisplayOrder: id,
      })),
    );
  },
};
