import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { members } from "../http/any-case.ts";
import { notFound } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import type { Work } from "../model/job.ts";
import { refusalOf } from "../model/placement.ts";
import { onceOf } from "../model/schedule.ts";
import { allowed, forAllStores, queued, storeEntry, type StoreRequest } from "./queue.ts";

/**
 * The vendor's client sends null for none, which was a bug for some (A.7 [K]). It cannot have been one for most store types:
 * it is refused for those alone whose entries have passwords [I].
 */
const entryPassword = members({
  SecretValue: z.string().nullish(),
  Parameters: z.record(z.string(), z.string()).nullish(),
  Provider: z.int().nullish(),
}).nullish();

/** A.7 [O][K]. */
const entry = members({
  ...storeEntry,
  Overwrite: z.boolean().nullish(),
  EntryPassword: entryPassword,
  PfxPassword: z.string().nullish(),
  IncludePrivateKey: z.boolean().nullish(),
});

const body = members({ CertificateId: z.int(), CertificateStores: z.array(entry).min(1), ...forAllStores });
type Entry = z.output<typeof entry>;

/** Only queues jobs: what becomes of them is in the history (A.9 [K]). */
export const addToStores: Endpoint = {
  method: "POST",
  path: "/CertificateStores/Certificates/Add",
  handle: (call) => {
    const { CertificateId, CertificateStores, Schedule, CollectionId } = call.read(body);
    const requests = allowed(call, CertificateStores, CollectionId);
    const once = onceOf(Schedule, call.command.now());
    const certificate = call.command.certificate(CertificateId);
    if (certificate === undefined) throw notFound(`Certificate ${CertificateId}`);
    const jobs = requests.map((request) => ({
      storeId: request.entry.CertificateStoreId,
      work: workOf(certificate, request.entry),
      refusal: refusal(certificate, request),
    }));
    return queued(call, once, jobs);
  },
};

function workOf({ id }: Certificate, entry: Entry): Work {
  return {
    kind: "Add",
    certificateId: id,
    alias: entry.Alias ?? undefined,
    overwrite: entry.Overwrite ?? false,
    includePrivateKey: entry.IncludePrivateKey ?? false,
    parameters: entry.JobFields ?? {},
    ...(entry.EntryPassword ? { entryPassword: entry.EntryPassword } : {}),
    pfxPassword: entry.PfxPassword ?? undefined,
  };
}

function refusal(certificate: Certificate, { entry, store }: StoreRequest<Entry>): string | undefined {
  if (store === undefined) return `The certificate store ${entry.CertificateStoreId} does not exist.`;
  if (entry.EntryPassword === null && store.type.entryPassword) return "The entry password is null.";
  return refusalOf(store, certificate, {
    alias: entry.Alias ?? undefined,
    overwrite: entry.Overwrite ?? false,
    includePrivateKey: entry.IncludePrivateKey ?? false,
    parameters: entry.JobFields ?? {},
    hasEntryPassword: Boolean(entry.EntryPassword),
  });
}
