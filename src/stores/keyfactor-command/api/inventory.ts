import * as z from "zod";
import { members } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

/** What the last inventory of a store found under one alias. */
export interface InventoryEntry {
  readonly alias: string;
  /** The first of its certificates. */
  readonly leaf:
    | {
        /** Of Command's record of it; 0 where it has none. */
        readonly id: number;
        /** SHA-1 in upper-case hexadecimal. */
        readonly thumbprint: string;
      }
    | undefined;
}

const entry = members({
  Name: z.string(),
  Certificates: z.array(members({ Id: z.int().nullish(), Thumbprint: z.string() })).nullish(),
});

/** `GET /CertificateStores/{id}/Inventory`: what the last inventory job found; the first certificate of an entry is the leaf. */
export async function inventory(
  client: CommandClient,
  storeId: string,
  signal: AbortSignal,
): Promise<readonly InventoryEntry[]> {
  const rows = await client.list(
    {
      path: `/CertificateStores/${encodeURIComponent(storeId)}/Inventory`,
      prefix: "query",
      row: entry,
      doing: "read the inventory of the certificate store",
      rights: [rights.readStores],
    },
    signal,
  );
  return rows.map(({ Name, Certificates }) => {
    const leaf = Certificates?.[0];
    return { alias: Name, leaf: leaf && { id: leaf.Id ?? 0, thumbprint: leaf.Thumbprint.toUpperCase() } };
  });
}
