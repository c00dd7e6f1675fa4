import type { CommandClient } from "../client.ts";
import { CommandRefusal } from "../failure.ts";
import { inCollection, rights } from "../rights.ts";
import type { FindOptions } from "./certificates.ts";

/** DELETE /Certificates/{id}: the record and the stored key go, stores keep what they hold. Ends well when it is not there. */
export async function deleteCertificate(
  client: CommandClient,
  id: number,
  { collectionId }: FindOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.call(
      {
        method: "DELETE",
        path: `/Certificates/${id}`,
        query: { collectionId },
        doing: "delete a certificate",
        rights: inCollection(rights.delete, collectionId),
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof CommandRefusal && error.status === 404 && error.reason === "Refused")) throw error;
  }
}
