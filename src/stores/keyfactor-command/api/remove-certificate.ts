import * as z from "zod";
import { read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";
import { scheduleOf } from "./schedule.ts";

/** `POST /CertificateStores/Certificates/Remove`, of one entry, at once. By alias: no id of a certificate goes along. */
export async function removeCertificate(
  client: CommandClient,
  asked: {
    readonly storeId: string;
    readonly alias: string;
    readonly parameters: Readonly<Record<string, string>>;
    readonly collectionId: number | undefined;
  },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const doing = "remove the entry from the certificate store";
  const { body } = await client.call(
    {
      method: "POST",
      path: "/CertificateStores/Certificates/Remove",
      body: {
        CertificateStores: [{ CertificateStoreId: asked.storeId, Alias: asked.alias, JobFields: asked.parameters }],
        Schedule: scheduleOf(undefined),
        CollectionId: asked.collectionId ?? 0,
      },
      doing,
      rights: [`${rights.read} with ${rights.scheduleStores}`],
      // Some of them lie in Secrets.
      secrets: Object.values(asked.parameters),
    },
    signal,
  );
  return read(z.array(z.string()), body, doing);
}
