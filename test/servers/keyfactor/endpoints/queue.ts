import * as z from "zod";
import type { Call } from "../endpoint.ts";
import { type Answer, ok } from "../../http/answer.ts";
import { Refusal } from "../http/refusal.ts";
import type { Work } from "../model/job.ts";
import { type Once, schedule } from "../model/schedule.ts";
import type { Store } from "../model/store.ts";

/** What Add and Remove say of a store (A.7 [O], A.8 [O]). */
export const storeEntry = {
  CertificateStoreId: z.guid(),
  Alias: z.string().nullish(),
  JobFields: z.record(z.string(), z.unknown()).nullish(),
};

/** What they say of all stores. */
export const forAllStores = { Schedule: schedule, CollectionId: z.int().nullish() };

/** What is asked for in one store. */
export interface StoreRequest<Entry> {
  readonly entry: Entry;
  readonly store: Store | undefined;
}

/** The entries with their stores; status 403 unless the user may do what Add needs (A.3 [S]), Remove too [I]. */
export function allowed<Entry extends { readonly CertificateStoreId: string }>(
  call: Call,
  entries: readonly Entry[],
  collectionId: number | null | undefined,
): StoreRequest<Entry>[] {
  const requests = entries.map((entry) => ({ entry, store: call.command.store(entry.CertificateStoreId) }));
  call.requires("/certificates/collections/read/", collectionId ?? 0);
  for (const { store } of requests) call.requires("/certificate_stores/schedule/", store?.containerId ?? 0);
  return requests;
}

/** Makes the jobs and tells their ids. One that is refused keeps all the others from having a job [I]. */
export function queued(
  { command }: Call,
  once: Once,
  jobs: readonly { readonly storeId: string; readonly work: Work; readonly refusal: string | undefined }[],
): Answer {
  const failedOperations = jobs.flatMap(({ refusal }) => refusal ?? []);
  const [first] = failedOperations;
  if (first !== undefined) throw new Refusal(400, first, { failedOperations });
  const ids = jobs.map(({ storeId, work }) => command.jobs.create(storeId, work, once, command.now()).id);
  // The ids come in no order that one may rely on (F.4 [U]): not in the request's.
  return ok(ids.reverse());
}
