import type { CertificateImport, DeliveryRecord, StoreRef } from "../../crds/index.ts";
import type { Cache, KubeObject } from "../../kube/index.ts";
import { storeKey, storeTitle } from "../../resolve/index.ts";
import type { Remote } from "../../stores/contract.ts";
import { TerminalError, WaitingError } from "../../stores/errors.ts";

type Imports = Cache<CertificateImport & KubeObject>;

/** An import that somebody refers to. Throws `ImportMissing`. */
export function importNamed(imports: Imports, namespace: string, name: string): CertificateImport {
  const found = imports.get(`${namespace}/${name}`);
  if (found !== undefined && found.metadata.deletionTimestamp === undefined) return found;
  const message = `CertificateImport ${name} does not exist in namespace ${namespace}; create it.`;
  throw new WaitingError("ImportMissing", message);
}

/** As `importNamed`, of one that brings its certificate into this store. Throws `StoreMismatch`, too. */
export function importInto(imports: Imports, namespace: string, name: string, storeRef: StoreRef): CertificateImport {
  const found = importNamed(imports, namespace, name);
  const into = found.spec.storeRef;
  if (storeKey(namespace, into) === storeKey(namespace, storeRef)) return found;
  const message = `CertificateImport ${name} brings its certificate into ${storeTitle(into)}, not into ${storeTitle(storeRef)}; name that store here.`;
  throw new TerminalError("StoreMismatch", message);
}

/** What an import has in its store, as far as its last look tells: undefined where nothing lies there any more. */
export function importedBy(found: CertificateImport | undefined): DeliveryRecord["remote"] {
  const { remote, plan } = found?.status?.delivery ?? {};
  return plan?.action === "Create" ? undefined : remote;
}

/**
 * What an import holds in this store, provided that it is this very leaf: while the import is behind its source, another
 * certificate would be deployed under its name. Throws `ImportNotDelivered`, and what `importInto` throws.
 */
export function heldByImport(
  imports: Imports,
  namespace: string,
  name: string,
  storeRef: StoreRef,
  sha256: string,
): Remote {
  const remote = importedBy(importInto(imports, namespace, name, storeRef));
  if (remote?.sha256 === sha256) return { id: remote.id, version: remote.version };
  const message = `CertificateImport ${name} has not brought this certificate into ${storeTitle(storeRef)} yet; it is waited for.`;
  throw new WaitingError("ImportNotDelivered", message);
}
