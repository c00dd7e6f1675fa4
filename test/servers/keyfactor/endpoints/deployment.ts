import * as z from "zod";
import type { Call } from "../endpoint.ts";
import { members } from "../http/any-case.ts";
import type { Certificate } from "../model/certificate.ts";
import { refusalOf } from "../model/placement.ts";
import type { Once } from "../model/schedule.ts";
import type { Store } from "../model/store.ts";

/** How Import and the older PFX Deploy are told of stores: by id, and what holds for all those of a type (A.6 [O], A.11 [O]). */
export const storesByType = {
  StoreIds: z.array(z.guid()).nullish(),
  StoreTypes: z
    .array(
      members({
        StoreTypeId: z.int(),
        Alias: z.string().nullish(),
        Overwrite: z.boolean().nullish(),
        // An array here, a map in Stores of PFX Deploy (A.6 [O], A.11 [O]).
        Properties: z.array(z.unknown()).nullish(),
      }),
    )
    .nullish(),
};
type StoresByType = z.output<z.ZodObject<typeof storesByType>>;

/** A store that a certificate is to come into. */
export interface Target {
  readonly storeId: string;
  readonly store: Store | undefined;
  readonly alias: string | undefined;
  readonly overwrite: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface RefusedTarget {
  readonly target: Target;
  readonly explanation: string;
}

export function targetsByType({ command }: Call, { StoreIds, StoreTypes }: StoresByType): Target[] {
  return (StoreIds ?? []).map((storeId) => {
    const store = command.store(storeId);
    const entry = StoreTypes?.find(({ StoreTypeId }) => StoreTypeId === store?.type.id);
    return {
      storeId,
      store,
      alias: entry?.Alias ?? undefined,
      overwrite: entry?.Overwrite ?? false,
      parameters: parametersIn(entry?.Properties ?? []),
    };
  });
}

/** Makes a job for each store that takes the certificate; gives those that do not. No job ids are told (A.6 [O], A.11 [O]). */
export function deployed(
  { command }: Call,
  certificate: Certificate,
  targets: readonly Target[],
  once: Once,
  entryPassword?: string,
): RefusedTarget[] {
  const includePrivateKey = certificate.key !== undefined;
  return targets.flatMap((target) => {
    const { store, alias, overwrite } = target;
    if (store === undefined) return [{ target, explanation: "The certificate store does not exist." }];
    const explanation = refusalOf(store, certificate, { ...target, includePrivateKey, hasEntryPassword: false });
    if (explanation !== undefined) return [{ target, explanation }];
    const { parameters } = target;
    const certificateId = certificate.id;
    const work = {
      kind: "Add",
      certificateId,
      alias,
      overwrite,
      includePrivateKey,
      parameters,
      entryPassword,
    } as const;
    command.jobs.create(store.id, work, once, command.now());
    return [];
  });
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
