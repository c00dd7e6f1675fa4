import type { CommandClient } from "../client.ts";
import { inCollection, rights } from "../rights.ts";
import type { FindOptions } from "./certificates.ts";

/** PUT /Certificates/{id}/Owner, since 24. */
export async function putOwner(
  client: CommandClient,
  id: number,
  { id: NewRoleId, name: NewRoleName }: { readonly id?: number | undefined; readonly name?: string | undefined },
  { collectionId }: FindOptions,
  signal: AbortSignal,
): Promise<void> {
  await client.call(
    {
      method: "PUT",
      path: `/Certificates/${id}/Owner`,
      query: { collectionId },
      body: { NewRoleId, NewRoleName },
      doing: "change a certificate's owner",
      rights: inCollection(rights.owner, collectionId),
    },
    signal,
  );
}
