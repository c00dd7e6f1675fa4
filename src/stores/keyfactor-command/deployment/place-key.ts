import type { KeyfactorCommandTarget, SecretKeyRef } from "../../../crds/index.ts";
import { TerminalError } from "../../errors.ts";
import { mostKeyLength, readKey } from "../../place-key.ts";
import { isThumbprint } from "../import/place-key.ts";

/** What `Place.key` holds: what a removal needs when the spec is gone. No secrets. */
export interface DeploymentKey {
  /** `installationOf` the store resource: it may lead to another one by now. */
  readonly installation: string;
  readonly storeId: string;
  /** Absent where the store names its entries. */
  readonly alias?: string | undefined;
  /** Thumbprints of the certificates that may lie there by our hand: the newest first. */
  readonly thumbprints: readonly string[];
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly secretParameters?: Readonly<Record<string, SecretKeyRef>> | undefined;
  readonly collectionId?: number | undefined;
}

/** An entry under an alias is a place; entries that the store names itself share theirs, and differ by certificate. */
export function deploymentAddress(
  installation: string,
  { storeId, alias }: Pick<KeyfactorCommandTarget, "storeId" | "alias">,
): string {
  return [installation, "certificatestores", pathOf(storeId, alias)].join("/");
}

/** As grants name it: `storeId/alias`, or `storeId` where the store names its entries. */
export function pathOf(storeId: string, alias: string | undefined): string {
  return alias === undefined ? storeId.toLowerCase() : `${storeId.toLowerCase()}/${alias}`;
}

/** Throws `TerminalError` `ParametersTooLong`. */
export function deploymentKey(
  installation: string,
  { storeId, alias, entryParameters, secretEntryParameters, collectionId }: KeyfactorCommandTarget,
  thumbprints: readonly string[],
): string {
  const key: DeploymentKey = {
    installation,
    storeId: storeId.toLowerCase(),
    alias,
    thumbprints,
    parameters: entryParameters,
    secretParameters: secretEntryParameters,
    collectionId,
  };
  const text = JSON.stringify(key);
  if (text.length <= mostKeyLength) return text;
  const message = `The entry parameters of one target come to more than its record has room for (${mostKeyLength} characters); shorten them.`;
  throw new TerminalError("ParametersTooLong", message);
}

/** The key of a single entry beside the one that `key` is about. */
export function keyOfEntry(key: DeploymentKey, alias: string, thumbprint: string): string {
  return JSON.stringify({ ...key, alias, thumbprints: [thumbprint] });
}

/** Throws `TerminalError` `PlaceUnknown`. */
export function readDeploymentKey(text: string): DeploymentKey {
  return readKey(text, ({ installation, storeId, alias, thumbprints, parameters, secretParameters, collectionId }) => {
    if (typeof installation !== "string" || typeof storeId !== "string" || !isGuid(storeId)) return undefined;
    if (alias !== undefined && typeof alias !== "string") return undefined;
    if (!Array.isArray(thumbprints) || !thumbprints.every(isThumbprint)) return undefined;
    return {
      installation,
      storeId,
      alias,
      thumbprints,
      parameters: parameters as DeploymentKey["parameters"],
      secretParameters: secretParameters as DeploymentKey["secretParameters"],
      collectionId: collectionId as DeploymentKey["collectionId"],
    };
  });
}

/** Whether a key is of a deployment: that of an import names no certificate store. */
export function isDeploymentKey(text: string): boolean {
  return readKey(text, (fields) => fields)["storeId"] !== undefined;
}

/** The id becomes a part of a path. */
function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
