import type { KeyfactorCommandTarget, SecretKeyRef } from "../../../crds/index.ts";
import { isDeploymentKey, pathOf, readDeploymentKey } from "./place-key.ts";

/** Where all imports go: Command's inventory of certificates. */
const imports = "certificates";

/** What a block reaches for, in the words of grants: `storeId/alias`, `storeId` where the store names its entries. */
export function reachOfBlock(block: unknown): string {
  const { storeId, alias } = block as Partial<KeyfactorCommandTarget>;
  return storeId === undefined ? imports : pathOf(storeId, alias);
}

export function reachOfKey(key: string): string {
  if (!isDeploymentKey(key)) return imports;
  const { storeId, alias } = readDeploymentKey(key);
  return pathOf(storeId, alias);
}

/** What shapes an entry: not how its job is sent, followed and proven, nor what becomes of an older entry. */
export function shapeOf(block: unknown): unknown {
  const target = block as Partial<KeyfactorCommandTarget>;
  if (target.storeId === undefined) return block;
  const { storeId, alias, includePrivateKey, entryParameters, secretEntryParameters, entryPassword } = target;
  return { storeId, alias, includePrivateKey, entryParameters, secretEntryParameters, entryPassword };
}

/** Secrets that a target refers to; an import refers to none. */
export function targetSecrets(block: unknown): readonly SecretKeyRef[] {
  const { secretEntryParameters = {}, entryPassword, pfxPasswordSecretRef } = block as Partial<KeyfactorCommandTarget>;
  const refs = [...Object.values(secretEntryParameters), entryPassword?.secretRef, pfxPasswordSecretRef];
  return refs.filter((ref) => ref !== undefined);
}
