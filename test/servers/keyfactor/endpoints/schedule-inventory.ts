import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { noContent } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest } from "../http/refusal.ts";
import { dueOf, onceOf, schedule } from "../model/schedule.ts";
import type { Store } from "../model/store.ts";

const body = members({ StoreIds: z.array(z.guid()).min(1), Schedule: schedule });

/** Immediate makes an inventory job now; the others set the store's schedule (A.10 [O]). */
export const scheduleInventory: Endpoint = {
  method: "POST",
  path: "/CertificateStores/Schedule",
  handle: (call) => {
    const { StoreIds, Schedule } = call.read(body);
    const stores = StoreIds.map((id) => known(call, id));
    for (const { containerId } of stores) call.requires("/certificate_stores/schedule/", containerId ?? 0);
    const { jobs } = call.command;
    const now = call.command.now();
    const due = dueOf(Schedule, now);
    for (const store of stores) {
      if (due.kind === "Every") store.inventorySchedule = due;
      else if (due.kind === "Off") store.inventorySchedule = undefined;
      else jobs.create(store.id, { kind: "Inventory" }, onceOf(Schedule, now), now);
    }
    return noContent;
  },
};

function known({ command }: Call, id: string): Store {
  const store = command.store(id);
  // The status is not known [U].
  if (store === undefined) throw badRequest(`The certificate store ${id} does not exist.`);
  return store;
}
