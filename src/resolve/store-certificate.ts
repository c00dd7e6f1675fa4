import type { StoreRef } from "../crds/index.ts";
import { bundleOf, certificateFacts, decode, type Decoded, FormatError } from "../formats/index.ts";
import type { Store } from "../stores/contract.ts";
import { isStoreError, TerminalError, TransientError } from "../stores/errors.ts";
import { formatFailure } from "../stores/format-failure.ts";
import { within } from "../stores/within.ts";
import type { StoreUse } from "./permit.ts";
import type { Source } from "./source.ts";
import type { StoreResolver } from "./store.ts";
import { storeTitle } from "./store-object.ts";
import { checkUsable } from "./usable.ts";

/** Where a certificate is asked for. */
export interface StoreQuestion<T> {
  readonly storeRef: StoreRef;
  readonly use: StoreUse;
  /** Undefined where the store gives no certificates. */
  readonly ask: (store: Store, limit: AbortSignal) => Promise<T> | undefined;
}

/** What a read of a store is given beside the question. */
export interface StoreReading {
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Told of what a store throws that is no decided error. */
  readonly onDefect: (error: unknown) => void;
}

/**
 * Takes a certificate out of a store and checks it as any source. Throws what `StoreResolver.use` and the store throw, the codes
 * of the formats, `NoDownload`, `PrivateKeyRefused`, `Expired`, `NotYetValid`.
 */
export async function storeCertificate<T extends { readonly content: Buffer }>(
  stores: Pick<StoreResolver, "use">,
  namespace: string,
  { storeRef, use, ask }: StoreQuestion<T>,
  { now, signal, onDefect }: StoreReading,
): Promise<{ readonly given: T; readonly source: Source }> {
  const given = await stores.use(namespace, storeRef, use, signal, async ({ store }) => {
    try {
      return await within(store.timeoutMs, signal, async (limit) => ask(store, limit));
    } catch (error) {
      signal.throwIfAborted();
      if (isStoreError(error)) throw error;
      onDefect(error);
      const message = "The store failed in an unforeseen way; the operator's log has the error.";
      throw new TransientError("StoreFailed", message, { cause: error });
    }
  });
  const title = storeTitle(storeRef);
  if (given === undefined) {
    const message = `${title} gives no certificates back, as no store of its provider does; take the certificate from another store.`;
    throw new TerminalError("NoDownload", message);
  }
  const source = await sourceOf(given.content, title, now, signal);
  checkUsable(source.facts, now);
  return { given, source };
}

async function sourceOf(content: Buffer, title: string, now: Date, signal: AbortSignal): Promise<Source> {
  try {
    const decoded = await decode(content, { signal });
    refuseKeys(decoded, title);
    const bundle = bundleOf(decoded, { now });
    return { bundle, facts: certificateFacts(bundle.leaf), warnings: decoded.warnings };
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
    `${title} gave a private key with the certificate, and nobody asked for one; have the store give the certificate alone.`,
  );
}
