import type { StoreRef } from "../crds/index.ts";
import type { DownloadRequest, Store } from "../stores/contract.ts";
import type { Source } from "./source.ts";
import type { StoreResolver } from "./store.ts";
import { storeCertificate, type StoreReading } from "./store-certificate.ts";

/** Which certificate of which store. */
export interface DownloadFrom {
  readonly storeRef: StoreRef;
  /** Name of the block's provider. */
  readonly provider: string;
  readonly request: DownloadRequest;
}

/** Takes a certificate out of a store, with the file that it comes in. Throws what `storeCertificate` throws. */
export async function download(
  stores: Pick<StoreResolver, "use">,
  namespace: string,
  { storeRef, provider, request }: DownloadFrom,
  reading: StoreReading,
): Promise<Source> {
  const use = { for: "Download", provider, request } as const;
  const ask = (store: Store, limit: AbortSignal) => store.download?.(request, limit);
  const { given, source } = await storeCertificate(stores, namespace, { storeRef, use, ask }, reading);
  return { ...source, file: given.content, fileName: given.fileName };
}
