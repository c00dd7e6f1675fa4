/** What each rule of the CRDs takes and refuses, one table for each kind or block. */
import { commandDownloadRows } from "./command-download.ts";
import { commandImportRows } from "./command-import.ts";
import { commandStoreRows } from "./command-store.ts";
import { commandTargetRows } from "./command-target.ts";
import { deliveryRows } from "./delivery.ts";
import { fileRows } from "./files.ts";
import { outputsRows } from "./outputs.ts";
import type { Row } from "./row.ts";
import { sourceRows } from "./source.ts";
import { storeRows } from "./stores.ts";
import { vaultRows } from "./vault.ts";

export { Admission } from "./dry-run.ts";
export type { Row } from "./row.ts";

export const tables: ReadonlyMap<string, readonly Row[]> = new Map([
  ["stores", storeRows],
  ["a source", sourceRows],
  ["policies, schedule and rollout", deliveryRows],
  ["outputs into a Secret", outputsRows],
  ["outputs into files", fileRows],
  ["a store of Command", commandStoreRows],
  ["an import into Command", commandImportRows],
  ["a deployment by Command", commandTargetRows],
  ["a download from Command", commandDownloadRows],
  ["Key Vault", vaultRows],
]);
