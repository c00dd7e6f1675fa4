import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { notFound } from "../http/refusal.ts";
import { type Store, storeAnswer } from "../model/store.ts";
import type { Listing } from "../query/page.ts";

/** Of the fields of A.5 [D] those that are used. */
const listing: Listing<Store> = {
  prefix: "certificateStoreQuery",
  fields: ["Id", "ClientMachine", "StorePath", "Category", "ContainerId", "Approved", "HasInventoryScheduled"],
  sortedBy: "ClientMachine",
  row: (store) => ({
    Id: store.id,
    ClientMachine: store.clientMachine,
    StorePath: store.path,
    Category: store.type.id,
    ContainerId: store.containerId ?? null,
    Approved: store.approved,
    HasInventoryScheduled: store.inventorySchedule !== undefined,
  }),
};

/** Who may read in one container sees its stores alone [I]. */
export const listStores: Endpoint = {
  method: "GET",
  path: "/CertificateStores",
  handle: (call) => {
    const visible = call.command
      .stores()
      .filter(({ containerId }) => call.may("/certificate_stores/read/", containerId ?? 0));
    if (visible.length === 0) call.requires("/certificate_stores/read/");
    return ok(call.page(visible, listing).map(storeAnswer));
  },
};

export const getStore: Endpoint = {
  method: "GET",
  path: "/CertificateStores/{id}",
  handle: (call) => ok(storeAnswer(storeIn(call))),
};

/** The store that the path names, or status 404; 403 where the user may not read it. */
export function storeIn(call: Call): Store {
  const { command, params } = call;
  const store = command.store(params["id"] ?? "");
  call.requires("/certificate_stores/read/", store?.containerId ?? 0);
  if (store === undefined) throw notFound(`Certificate store ${params["id"]}`);
  return store;
}
