import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { ok } from "../http/answer.ts";
import { members } from "../http/any-case.ts";
import { Refusal } from "../http/refusal.ts";
import { missingParameter } from "../model/placement.ts";
import { onceOf, schedule } from "../model/schedule.ts";
import type { Store } from "../model/store.ts";

const entry = members({
  CertificateStoreId: z.guid(),
  Alias: z.string().nullish(),
  JobFields: z.record(z.string(), z.unknown()).nullish(),
});

const body = members({
  CertificateStores: z.array(entry).min(1),
  Schedule: schedule,
  CollectionId: z.int().nullish(),
});

/** By alias; there is no id of a certificate (A.8 [O]). Its permissions are Add's [I]. */
export const removeFromStores: Endpoint = {
  method: "POST",
  path: "/CertificateStores/Certificates/Remove",
  handle: (call) => {
    const { CertificateStores, Schedule, CollectionId } = call.read(body);
    const { command } = call;
    const requests = CertificateStores.map((entry) => ({ entry, store: command.store(entry.CertificateStoreId) }));
    call.requires("/certificates/collections/read/", CollectionId ?? 0);
    for (const { store } of requests) call.requires("/certificate_stores/schedule/", store?.containerId ?? 0);
    const once = onceOf(Schedule, command.now());
    const refusals = requests.flatMap(({ entry, store }) => refusal(store, entry) ?? []);
    const [first] = refusals;
    if (first !== undefined) throw new Refusal(400, first, { failedOperations: refusals });
    const ids = requests.map(({ entry }) => {
      const work = { kind: "Remove", alias: entry.Alias ?? "" } as const;
      return command.jobs.create(entry.CertificateStoreId, work, once, command.now()).id;
    });
    return ok(ids.reverse());
  },
};

function refusal(
  store: Store | undefined,
  entry: z.output<typeof body>["CertificateStores"][number],
): string | undefined {
  if (store === undefined) return `The certificate store ${entry.CertificateStoreId} does not exist.`;
  if (!store.approved) return "The certificate store is not approved.";
  if (!entry.Alias) return "An alias is required.";
  return missingParameter(
    store.type.entryParameters.filter(({ onRemove }) => onRemove),
    entry.JobFields ?? {},
  );
}
