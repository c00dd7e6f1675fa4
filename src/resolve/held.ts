import type { StoreRef } from "../crds/index.ts";
import type { Store } from "../stores/contract.ts";
import type { StoreUse } from "./permit.ts";
import type { Source } from "./source.ts";
import type { StoreResolver } from "./store.ts";
import { storeCertificate, type StoreReading } from "./store-certificate.ts";

/** A certificate that a store holds already, for a target of that store. */
export interface HeldIn {
  readonly storeRef: StoreRef;
  /** What the target uses the store for. */
  readonly use: StoreUse;
  /** As the resource names it (`spec.commandCertificate`). */
  readonly certificate: unknown;
}

/** Looks at a certificate that is to be deployed by the store that holds it. Throws what `storeCertificate` throws. */
export async function held(
  stores: Pick<StoreResolver, "use">,
  namespace: string,
  { storeRef, use, certificate }: HeldIn,
  reading: StoreReading,
): Promise<Source> {
  const ask = (store: Store, limit: AbortSignal) => store.held?.(certificate, limit);
  const { given, source } = await storeCertificate(stores, namespace, { storeRef, use, ask }, reading);
  return { ...source, held: given.remote };
}
