import { type CertificateFacts, certificateFacts } from "../../../formats/index.ts";
import { WaitingError } from "../../errors.ts";
import type { CertificateStore } from "../api/certificate-store.ts";
import type { InventoryEntry } from "../api/inventory.ts";
import type { StoreType } from "../api/store-type.ts";
import type { Desired } from "../../contract.ts";
import { collectionOf, type Deployment } from "./deployment.ts";
import type { Age } from "./facts.ts";
import { entryOf } from "./inventory.ts";

/** All that is read before anything is decided about a place. */
export interface Look {
  readonly store: CertificateStore;
  readonly type: StoreType;
  readonly inventory: readonly InventoryEntry[];
  /** The entry that the place is about, where the inventory shows one. */
  readonly entry: InventoryEntry | undefined;
  readonly hasPrivateKey: boolean;
  /** Of the request that the certificate was issued for. */
  readonly requestId: number | undefined;
  /** Of the certificate that shall lie there. */
  readonly leaf: CertificateFacts;
}

/** One request after the other: the limit of a store's requests counts runs. */
export async function lookAt(deployment: Deployment, desired: Desired, age: Age, signal: AbortSignal): Promise<Look> {
  const { command, target, certificateId, thumbprint } = deployment;
  const { facts } = command;
  const leaf = certificateFacts(desired.bundle.leaf);
  const store = await facts.store(target.storeId.toLowerCase(), signal);
  const type = await facts.type(store.typeId, signal);
  const held = await facts.certificate(certificateId, collectionOf(deployment), signal);
  if (held.Thumbprint.toUpperCase() !== thumbprint) {
    const message = `Certificate ${certificateId} of Command is another one than what is to be deployed; the import is waited for.`;
    throw new WaitingError("CertificateMissing", message);
  }
  const inventory = await facts.inventory(store.id, age, signal);
  const sought = {
    alias: target.alias,
    thumbprint,
    before: deployment.before?.alias,
  };
  return {
    store,
    type,
    inventory,
    entry: entryOf(inventory, sought),
    hasPrivateKey: held.HasPrivateKey ?? false,
    requestId: held.CertRequestId ?? undefined,
    leaf,
  };
}
