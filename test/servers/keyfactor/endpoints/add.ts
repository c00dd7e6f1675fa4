import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../http/answer.ts";
import { members } from "../http/any-case.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import { refusalOf } from "../model/placement.ts";
import { type Once, onceOf, schedule } from "../model/schedule.ts";
import type { Store } from "../model/store.ts";

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
  CertificateStoreId: z.guid(),
  Alias: z.string().nullish(),
  JobFields: z.record(z.string(), z.unknown()).nullish(),
  Overwrite: z.boolean().nullish(),
  EntryPassword: entryPassword,
  PfxPassword: z.string().nullish(),
  IncludePrivateKey: z.boolean().nullish(),
});

const body = members({
  CertificateId: z.int(),
  CertificateStores: z.array(entry).min(1),
  Schedule: schedule,
  CollectionId: z.int().nullish(),
});
type Entry = z.output<typeof entry>;

/** Only queues jobs: what becomes of them is in the history (A.7). */
export const addToStores: Endpoint = {
  method: "POST",
  path: "/CertificateStores/Certificates/Add",
  handle: (call) => {
    const { CertificateId, CertificateStores, Schedule, CollectionId } = call.read(body);
    const { command } = call;
    const stores = CertificateStores.map(({ CertificateStoreId }) => command.store(CertificateStoreId));
    // A.3 [S].
    call.requires("/certificates/collections/read/", CollectionId ?? 0);
    for (const store of stores) call.requires("/certificate_stores/schedule/", store?.containerId ?? 0);
    const once = onceOf(Schedule, command.now());
    const certificate = command.certificate(CertificateId);
    if (certificate === undefined) throw notFound(`Certificate ${CertificateId}`);

    const requests = CertificateStores.map((entry, at) => ({ entry, store: stores[at] }));
    const refusals = requests.flatMap(({ entry, store }) => refusal(store, certificate, entry) ?? []);
    const [first] = refusals;
    // One that is refused keeps all the others from having a job [I].
    if (first !== undefined) throw new Refusal(400, first, { failedOperations: refusals });
    const ids = requests.flatMap(({ entry, store }) =>
      store === undefined ? [] : [jobFor(call, store, entry, CertificateId, once)],
    );
    // The ids come in no order that one may rely on (F.4 [U]): not in the request's.
    return ok(ids.reverse());
  },
};

function refusal(store: Store | undefined, certificate: Certificate, entry: Entry): string | undefined {
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

function jobFor({ command }: Call, store: Store, entry: Entry, certificateId: number, once: Once): string {
  const work = {
    kind: "Add",
    certificateId,
    alias: entry.Alias ?? undefined,
    overwrite: entry.Overwrite ?? false,
    includePrivateKey: entry.IncludePrivateKey ?? false,
  } as const;
  return command.jobs.create(store.id, work, once, command.now()).id;
}
