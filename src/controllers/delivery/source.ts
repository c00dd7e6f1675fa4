import type { SourceSpec } from "../../crds/index.ts";
import { providerNotBuilt, type Source } from "../../resolve/index.ts";
import { WaitingError } from "../../stores/errors.ts";
import type { DeliveryContext } from "./context.ts";
import type { Subject } from "./subject.ts";

type Context = Pick<DeliveryContext, "sources" | "imports">;

/** Lends what a subject's certificate is read from to `work`. Throws what the resolvers throw, and `ImportMissing`. */
export async function useSource<T>(
  context: Context,
  subject: Subject,
  now: Date,
  signal: AbortSignal,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  return context.sources.use(subject.namespace, sourceSpecOf(context, subject), now, signal, work);
}

/** Names what `useSource` would give now, without reading anything. */
export function sourceVersion({ sources, imports }: Context, { namespace, source }: Subject): unknown {
  if ("heldBy" in source) return source;
  const spec = "spec" in source ? source.spec : imports.get(`${namespace}/${source.importName}`)?.spec.source;
  return spec === undefined ? "absent" : [spec, sources.version(namespace, spec)];
}

/** The spec's own source, or that of the import it names. */
function sourceSpecOf({ imports }: Context, { namespace, source }: Subject): SourceSpec {
  if ("spec" in source) return source.spec;
  if ("heldBy" in source) throw providerNotBuilt(source.heldBy);
  const found = imports.get(`${namespace}/${source.importName}`);
  if (found !== undefined && found.metadata.deletionTimestamp === undefined) return found.spec.source;
  const message = `CertificateImport ${source.importName} does not exist in namespace ${namespace}; create it.`;
  throw new WaitingError("ImportMissing", message);
}
