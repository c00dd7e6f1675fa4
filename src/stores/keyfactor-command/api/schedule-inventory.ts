import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

/**
 * `POST /CertificateStores/Schedule`, for one inventory at once. It is the store's schedule that it sets: not for a store that
 * has one.
 */
export async function inventoryNow(client: CommandClient, storeId: string, signal: AbortSignal): Promise<void> {
  await client.call(
    {
      method: "POST",
      path: "/CertificateStores/Schedule",
      body: { StoreIds: [storeId], Schedule: { Immediate: true } },
      doing: "ask for an inventory of the certificate store",
      rights: [rights.scheduleStores],
    },
    signal,
  );
}
