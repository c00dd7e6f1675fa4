import type { KeyfactorCommandImport } from "../../../crds/index.ts";
import type { Report } from "../../contract.ts";
import type { ImportRequest, ImportResult, InvalidStore } from "../api/import-certificate.ts";
import { cleaned, withoutSecrets } from "../../http/index.ts";

type DeployTo = NonNullable<KeyfactorCommandImport["deployTo"]>;

/** Metadata and owner, as Import takes them. */
export function descriptionOf({
  metadata,
  ownerRole,
}: Pick<KeyfactorCommandImport, "metadata" | "ownerRole">): Partial<ImportRequest> {
  return {
    ...(metadata === undefined ? {} : { Metadata: metadata }),
    ...(ownerRole?.id === undefined ? {} : { OwnerRoleId: ownerRole.id }),
    ...(ownerRole?.name === undefined ? {} : { OwnerRoleName: ownerRole.name }),
  };
}

/** Stores as Import takes them: properties are a list here, and the schedule is a plain time. */
export function deployed({ stores, storeTypes = [], runAt }: DeployTo): Partial<ImportRequest> {
  return {
    StoreIds: stores.map(({ storeId }) => storeId),
    StoreTypes: storeTypes.map(({ storeTypeId, alias, overwrite = false, properties = [] }) => ({
      StoreTypeId: storeTypeId,
      ...(alias === undefined ? {} : { Alias: alias }),
      Overwrite: overwrite,
      Properties: properties.map(({ name, value }) => ({ Name: name, Value: value })),
    })),
    ...(runAt === undefined ? {} : { Schedule: new Date(runAt).toISOString() }),
  };
}

/** What Command answered to an import, for `status.keyfactorCommand`. Its numbers are shown, and nothing is read into them. */
export function reportOf(
  { importStatus, jobStatus, invalidStores }: ImportResult,
  { deployTo, secrets }: { readonly deployTo: boolean; readonly secrets: readonly string[] },
): Report {
  return {
    ...(importStatus === undefined ? {} : { importStatus }),
    ...(jobStatus === undefined ? {} : { jobStatus }),
    ...(invalidStores.length === 0
      ? {}
      : { invalidStores: invalidStores.slice(0, 64).map((store) => shown(store, secrets)) }),
    ...(deployTo ? { deployTo: "Submitted" } : {}),
  };
}

function shown(
  { KeystoreId, ClientMachine, StorePath, Alias, Reason, Explanation }: InvalidStore,
  secrets: readonly string[],
): object {
  const texts = {
    clientMachine: textOf(ClientMachine, 256),
    storePath: textOf(StorePath, 1024),
    alias: textOf(Alias, 256),
    message: textOf(Explanation && withoutSecrets(Explanation, secrets), 256),
  };
  return {
    storeId: textOf(KeystoreId, 64) ?? "",
    ...(typeof Reason === "number" ? { reasonCode: Reason } : {}),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
  };
}

function textOf(value: string | null | undefined, most: number): string | undefined {
  return value === null || value === undefined ? undefined : cleaned(value, most);
}
