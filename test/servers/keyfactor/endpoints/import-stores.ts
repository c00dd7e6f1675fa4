import type { Call } from "../endpoint.ts";
import type { Certificate } from "../model/certificate.ts";
import { refusalOf } from "../model/placement.ts";
import type { Once } from "../model/schedule.ts";
import type { Store } from "../model/store.ts";

interface Deploy {
  readonly storeIds: readonly string[];
  readonly storeTypes: readonly {
    readonly StoreTypeId: number;
    readonly Alias?: string | null | undefined;
    readonly Overwrite?: boolean | null | undefined;
    readonly Properties?: readonly unknown[] | null | undefined;
  }[];
  readonly once: Once;
}

interface InvalidStore {
  readonly storeId: string;
  readonly store: Store | undefined;
  readonly alias: string | undefined;
  readonly explanation: string;
}

/** Makes a job for each store that takes the certificate; gives those that do not. Import tells no job ids (A.6 [O]). */
export function deployed({ command }: Call, certificate: Certificate, deploy: Deploy): InvalidStore[] {
  const invalid: InvalidStore[] = [];
  for (const storeId of deploy.storeIds) {
    const store = command.store(storeId);
    // One entry for a type holds for all its stores (A.6 [O]).
    const entry = deploy.storeTypes.find(({ StoreTypeId }) => StoreTypeId === store?.type.id);
    const alias = entry?.Alias ?? undefined;
    const overwrite = entry?.Overwrite ?? false;
    const includePrivateKey = certificate.key !== undefined;
    const parameters = parametersIn(entry?.Properties ?? []);
    const explanation =
      store === undefined
        ? "The certificate store does not exist."
        : refusalOf(store, certificate, { alias, overwrite, includePrivateKey, parameters, hasEntryPassword: false });
    if (store === undefined || explanation !== undefined) {
      invalid.push({ storeId, store, alias, explanation: explanation ?? "" });
      continue;
    }
    const work = { kind: "Add", certificateId: certificate.id, alias, overwrite, includePrivateKey } as const;
    command.jobs.create(store.id, work, deploy.once, command.now());
  }
  return invalid;
}

/** The number of `Reason` has no published name; D2's stands for all (F.1 [U]). `Explanation` is what counts (A.6). */
export function invalidStoreAnswer({ storeId, store, alias, explanation }: InvalidStore): object {
  return {
    KeystoreId: storeId,
    ClientMachine: store?.clientMachine ?? null,
    StorePath: store?.path ?? null,
    Alias: alias ?? null,
    Reason: 3,
    Explanation: explanation,
  };
}

/** What an entry of the array looks like is not published [U]: those with a name and a value count. */
function parametersIn(properties: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    properties.flatMap((property) => {
      const members = new Map(Object.entries(property ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
      const name: unknown = members.get("name");
      return typeof name === "string" ? [[name, members.get("value")]] : [];
    }),
  );
}
