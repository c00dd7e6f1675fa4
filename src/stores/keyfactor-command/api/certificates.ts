import * as z from "zod";
import { members } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { equals } from "../query.ts";
import { inCollection, rights } from "../rights.ts";

/** A CertificateRetrievalResponse, as far as it is used. Without the flags that ask for them, members are there and empty. */
const certificate = members({
  Id: z.int(),
  Thumbprint: z.string(),
  /** Base64 of the DER. */
  ContentBytes: z.string().nullish(),
  HasPrivateKey: z.boolean().nullish(),
  /** Of the request that it was issued for. */
  CertRequestId: z.int().nullish(),
  Metadata: z.record(z.string(), z.unknown()).nullish(),
  /** Since 24. */
  OwnerRoleId: z.int().nullish(),
  OwnerRoleName: z.string().nullish(),
});
export type CommandCertificateRow = z.output<typeof certificate>;

export interface FindOptions {
  /** Where the permissions are checked. */
  readonly collectionId: number | undefined;
}

/** GET /Certificates: the certificate with this SHA-1, also when it is revoked or has expired. */
export async function certificateByThumbprint(
  client: CommandClient,
  thumbprint: string,
  options: FindOptions,
  signal: AbortSignal,
): Promise<CommandCertificateRow | undefined> {
  const upper = thumbprint.toUpperCase();
  const rows = await find(client, equals("Thumbprint", upper), options, signal);
  return rows.find(({ Thumbprint }) => Thumbprint.toUpperCase() === upper);
}

/** GET /Certificates: the certificate with this id. */
export async function certificateById(
  client: CommandClient,
  id: number,
  options: FindOptions,
  signal: AbortSignal,
): Promise<CommandCertificateRow | undefined> {
  const rows = await find(client, equals("Id", String(id)), options, signal);
  return rows.find(({ Id }) => Id === id);
}

/** GET /Certificates: what this request was issued; nothing while it waits for approval. */
export async function certificateByRequest(
  client: CommandClient,
  requestId: number,
  options: FindOptions,
  signal: AbortSignal,
): Promise<CommandCertificateRow | undefined> {
  return (await find(client, equals("CertRequestId", String(requestId)), options, signal)).at(0);
}

function find(
  client: CommandClient,
  QueryString: string,
  { collectionId }: FindOptions,
  signal: AbortSignal,
): Promise<CommandCertificateRow[]> {
  return client.page(
    {
      path: "/Certificates",
      prefix: "pq",
      query: { QueryString, IncludeRevoked: true, IncludeExpired: true },
      others: { includeMetadata: true, includeHasPrivateKey: true, collectionId },
      row: certificate,
      doing: "look for a certificate",
      rights: inCollection(rights.read, collectionId),
    },
    signal,
  );
}
