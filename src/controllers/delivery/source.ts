import type { SourceSpec } from "../../crds/index.ts";
import { download, type DownloadFrom, held, type Source, type StoreReading } from "../../resolve/index.ts";
import type { DownloadRequest } from "../../stores/contract.ts";
import { WaitingError } from "../../stores/errors.ts";
import type { Visitor } from "../../stores/gate/index.ts";
import { type DeliveryContext, deliveryUse } from "./context.ts";
import { importInto, importNamed } from "./imported.ts";
import type { DownloadSource, Subject, SubjectSource, Target } from "./subject.ts";

type Context = Pick<DeliveryContext, "sources" | "stores" | "imports">;

/**
 * Lends the certificate that a target of a subject is to hold to `work`. Throws what the resolvers throw, and `ImportMissing`,
 * `StoreMismatch`, `ImportNotDelivered`.
 */
export async function useSource<T>(
  context: Context,
  subject: Subject,
  target: Target,
  reading: StoreReading,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const { namespace, source } = subject;
  if ("download" in source) {
    const from = downloadFrom(context, namespace, source.download);
    return work(await download(context.stores, namespace, from, reading));
  }
  if ("held" in source) {
    const of = { storeRef: target.storeRef, use: deliveryUse(subject, target), certificate: source.held };
    return work(await held(context.stores, namespace, of, reading));
  }
  return context.sources.use(namespace, sourceSpecOf(context, namespace, source), reading.now, reading.signal, work);
}

/** Names what `useSource` would give now, without reading anything; what lies in a store has no version that is known. */
export function sourceVersion({ sources, stores, imports }: Context, { namespace, source }: Subject): unknown {
  if ("held" in source) return source.held;
  if ("download" in source) {
    const { block, imported } = downloadRequest({ imports }, namespace, source.download);
    return [block, imported?.id, imported?.version, stores.version(namespace, source.download.storeRef)];
  }
  const spec = "spec" in source ? source.spec : imports.get(`${namespace}/${source.importName}`)?.spec.source;
  return spec === undefined ? "absent" : [spec, sources.version(namespace, spec)];
}

/** What a download asks its store for, as far as the import that it names is known. */
function downloadRequest(
  { imports }: Pick<Context, "imports">,
  namespace: string,
  { block, importName }: DownloadSource,
): DownloadRequest {
  if (importName === undefined) return { block };
  return { block, imported: imports.get(`${namespace}/${importName}`)?.status?.delivery?.remote };
}

/** Asks the gate of the store that a download reads from. */
export function enterSource(
  context: Context,
  namespace: string,
  source: DownloadSource,
  visitor: Visitor,
): ReturnType<Context["stores"]["enter"]> {
  const { storeRef, provider } = source;
  const request = downloadRequest(context, namespace, source);
  return context.stores.enter(namespace, storeRef, { for: "Download", provider, request }, visitor);
}

/** The spec's own source, or that of the import it names. */
function sourceSpecOf(
  { imports }: Context,
  namespace: string,
  source: Extract<SubjectSource, { spec: SourceSpec } | { importName: string }>,
): SourceSpec {
  if ("spec" in source) return source.spec;
  return importNamed(imports, namespace, source.importName).spec.source;
}

function downloadFrom({ imports }: Context, namespace: string, source: DownloadSource): DownloadFrom {
  const { storeRef, provider, importName } = source;
  const request = downloadRequest({ imports }, namespace, source);
  if (importName === undefined) return { storeRef, provider, request };
  importInto(imports, namespace, importName, storeRef);
  if (request.imported === undefined) {
    const message = `CertificateImport ${importName} has not brought its certificate into the store yet; it is waited for.`;
    throw new WaitingError("ImportNotDelivered", message);
  }
  return { storeRef, provider, request };
}
