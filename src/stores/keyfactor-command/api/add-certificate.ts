import * as z from "zod";
import { read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";
import type { Schedule } from "./schedule.ts";

/** A password of the entry: given, or from a PAM provider of Command's. */
export type EntryPassword =
  | { readonly SecretValue: string }
  | { readonly Provider: number; readonly Parameters: Readonly<Record<string, string>> };

/** How a certificate is to lie in a store. */
export interface AddEntry {
  readonly CertificateStoreId: string;
  readonly Alias?: string | undefined;
  readonly Overwrite: boolean;
  readonly IncludePrivateKey: boolean;
  readonly JobFields?: Readonly<Record<string, string>> | undefined;
  /** Never null: some store types refuse that. */
  readonly EntryPassword?: EntryPassword | undefined;
  readonly PfxPassword?: string | undefined;
}

/**
 * `POST /CertificateStores/Certificates/Add`, with one store: so there is one job, and its id is this store's. Gives the ids of
 * the jobs. Sent twice it makes two jobs.
 */
export async function addCertificate(
  client: CommandClient,
  asked: {
    readonly certificateId: number;
    readonly entry: AddEntry;
    readonly schedule: Schedule;
    readonly collectionId: number | undefined;
    /** What of the entry no message may repeat. */
    readonly secrets: readonly string[];
  },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const doing = "add the certificate to the certificate store";
  const { body } = await client.call(
    {
      method: "POST",
      path: "/CertificateStores/Certificates/Add",
      body: {
        CertificateId: asked.certificateId,
        CertificateStores: [asked.entry],
        Schedule: asked.schedule,
        CollectionId: asked.collectionId ?? 0,
      },
      doing,
      rights: [`${rights.read} with ${rights.scheduleStores}`],
      secrets: asked.secrets,
    },
    signal,
  );
  return read(z.array(z.string()), body, doing);
}
