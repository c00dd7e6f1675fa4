import * as z from "zod";
import { members } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { inCollection, rights } from "../rights.ts";
import type { FindOptions } from "./certificates.ts";

/** GET /MetadataFields: the names of those that there are. */
export async function metadataFields(client: CommandClient, signal: AbortSignal): Promise<string[]> {
  const fields = await client.list(
    {
      path: "/MetadataFields",
      prefix: "pq",
      row: members({ Name: z.string() }),
      doing: "list the metadata fields",
      rights: [rights.metadataFields],
    },
    signal,
  );
  return fields.map(({ Name }) => Name);
}

/** PUT /Certificates/Metadata. What becomes of fields that are left out is not published. */
export async function putMetadata(
  client: CommandClient,
  id: number,
  metadata: Readonly<Record<string, string>>,
  { collectionId }: FindOptions,
  signal: AbortSignal,
): Promise<void> {
  await client.call(
    {
      method: "PUT",
      path: "/Certificates/Metadata",
      query: { collectionId },
      body: { Id: id, Metadata: metadata },
      doing: "change a certificate's metadata",
      rights: inCollection(rights.metadata, collectionId),
    },
    signal,
  );
}
