import type { StoreRef } from "../crds/index.ts";
import { bundleOf, certificateFacts, decode, type Decoded, FormatError } from "../formats/index.ts";
import type { Download, DownloadRequest } from "../stores/contract.ts";
import { isStoreError, TerminalError, TransientError } from "../stores/errors.ts";
import { formatFailure } from "../stores/format-failure.ts";
import { within } from "../stores/within.ts";
import type { Source } from "./source.ts";
import type { StoreResolver } from "./store.ts";
import { storeTitle } from "./store-object.ts";
import { checkUsable } from "./usable.ts";

/** Which certificate of which store. */
export interface DownloadFrom {
  readonly storeRef: StoreRef;
  /** Name of the block's provider. */
  readonly provider: string;
  readonly request: DownloadRequest;
}

/**
 * Takes a certificate out of a store and checks it as any source. Throws what `StoreResolver.use` and the store throw, the codes
 * of the formats, `NoDownload`, `PrivateKeyRefused`, `Expired`, `NotYetValid`.
 * @param onDefect told of what a store throws that is no decided error
 */
export async function download(
  stores: Pick<StoreResolver, "use">,
  namespace: string,
  { storeRef, provider, request }: DownloadFrom,
  { now, signal, onDefect }: { now: Date; signal: AbortSignal; onDefect: (error: unknown) => void },
): Promise<Source> {
  const use = { for: "Download", provider, request } as const;
  const found = await stores.use(namespace, storeRef, use, signal, async ({ store }) => {
    try {
      return await within(store.timeoutMs, signal, async (limit) => store.download?.(request, limit));
    } catch (error) {
      signal.throwIfAborted();
      if (isStoreError(error)) throw error;
      onDefect(error);
      const message = "The store failed in an unforeseen way; the operator's log has the error.";
      throw new TransientError("StoreFailed", message, { cause: error });
    }
  });
  const title = storeTitle(storeRef);
  if (found === undefined) {
    const message = `${title} gives no certificates back, as no store of its provider does; take the certificate from another store.`;
    throw new TerminalError("NoDownload", message);
  }
  const source = await sourceOf(found, title, now, signal);
  checkUsable(source.facts, now);
  return source;
}

async function sourceOf({ content, fileName }: Download, title: string, now: Date, signal: AbortSignal) {
  try {
    const decoded = await decode(content, { signal });
    refuseKeys(decoded, title);
    const bundle = bundleOf(decoded, { now });
    return { bundle, facts: certificateFacts(bundle.leaf), file: content, fileName, warnings: decoded.warnings };
  } catch (error) {
    throw error instanceof FormatError ? formatFailure(error, `What ${title} gave: ${error.message}`) : error;
  }
}

/** A download is written where anybody may read it, as in a ConfigMap. */
function refuseKeys({ keys }: Decoded, title: string): void {
  for (const { pkcs8 } of keys) pkcs8.fill(0);
  if (keys.length === 0) return;
  throw new TerminalError(
    "PrivateKeyRefused",
    `${title} gave a private key with the certificate, and a download never holds one; have the store give the certificate alone.`,
  );
}
