import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { members } from "../http/any-case.ts";
import { missingParameter } from "../model/placement.ts";
import { onceOf } from "../model/schedule.ts";
import { allowed, forAllStores, queued, storeEntry, type StoreRequest } from "./queue.ts";

const entry = members(storeEntry);
const body = members({ CertificateStores: z.array(entry).min(1), ...forAllStores });
type Entry = z.output<typeof entry>;

/** By alias; there is no id of a certificate (A.8 [O]). */
export const removeFromStores: Endpoint = {
  method: "POST",
  path: "/CertificateStores/Certificates/Remove",
  handle: (call) => {
    const { CertificateStores, Schedule, CollectionId } = call.read(body);
    const requests = allowed(call, CertificateStores, CollectionId);
    const once = onceOf(Schedule, call.command.now());
    const jobs = requests.map((request) => ({
      storeId: request.entry.CertificateStoreId,
      work: { kind: "Remove", alias: request.entry.Alias ?? "" } as const,
      refusal: refusal(request),
    }));
    return queued(call, once, jobs);
  },
};

/** That it is refused before there is a job is [I]. */
function refusal({ entry, store }: StoreRequest<Entry>): string | undefined {
  if (store === undefined) return `The certificate store ${entry.CertificateStoreId} does not exist.`;
  if (!store.approved) return "The certificate store is not approved.";
  if (!entry.Alias) return "An alias is required.";
  return missingParameter(
    store.type.entryParameters.filter(({ onRemove }) => onRemove),
    entry.JobFields ?? {},
  );
}
