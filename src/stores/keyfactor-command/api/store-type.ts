import * as z from "zod";
import { members, read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

/** What a store type says of something that an entry may have: `CustomAliasAllowed` and `PrivateKeyAllowed`. */
export type Allowance = "Forbidden" | "Optional" | "Required";

/** An entry parameter of a store type, with what asks for it (`RequiredWhen`). */
export interface EntryParameter {
  readonly name: string;
  readonly onAdd: boolean;
  readonly onRemove: boolean;
  readonly withPrivateKey: boolean;
}

/** What the entries of a store take: its type's rules. */
export interface StoreType {
  readonly id: number;
  readonly name: string;
  readonly alias: Allowance;
  readonly privateKey: Allowance;
  readonly parameters: readonly EntryParameter[];
  /** `PasswordOptions.EntrySupported`. */
  readonly entryPassword: boolean;
}

const allowances: readonly Allowance[] = ["Forbidden", "Optional", "Required"];

/** By number in the OpenAPI description, by name to the vendor's own clients. */
const allowance = z
  .union([
    z
      .int()
      .min(0)
      .max(2)
      .transform((number) => allowances[number]),
    z.string(),
  ])
  .transform((told) => allowances.find((one) => one.toLowerCase() === told?.toLowerCase()))
  .pipe(z.enum(["Forbidden", "Optional", "Required"]));

/** Members, or their sum: 1, 2, 4 and 8 in the order of the members. */
const requiredWhen = z.union([
  z.int().transform((flags) => ({
    HasPrivateKey: (flags & 1) !== 0,
    OnAdd: (flags & 2) !== 0,
    OnRemove: (flags & 4) !== 0,
  })),
  members({ HasPrivateKey: z.boolean().nullish(), OnAdd: z.boolean().nullish(), OnRemove: z.boolean().nullish() }),
]);

const storeTypeAnswer = members({
  StoreType: z.int(),
  Name: z.string(),
  CustomAliasAllowed: allowance,
  PrivateKeyAllowed: allowance,
  EntryParameters: z.array(members({ Name: z.string(), RequiredWhen: requiredWhen.nullish() })).nullish(),
  PasswordOptions: members({ EntrySupported: z.boolean().nullish() }).nullish(),
});

/** `GET /CertificateStoreTypes/{id}`. */
export async function storeType(client: CommandClient, id: number, signal: AbortSignal): Promise<StoreType> {
  const doing = "read the type of the certificate store";
  const path = `/CertificateStoreTypes/${id}`;
  const { body } = await client.call({ method: "GET", path, doing, rights: [rights.readStores] }, signal);
  const answer = read(storeTypeAnswer, body, doing);
  return {
    id: answer.StoreType,
    name: answer.Name,
    alias: answer.CustomAliasAllowed,
    privateKey: answer.PrivateKeyAllowed,
    parameters: (answer.EntryParameters ?? []).map(({ Name, RequiredWhen }) => ({
      name: Name,
      onAdd: RequiredWhen?.OnAdd ?? false,
      onRemove: RequiredWhen?.OnRemove ?? false,
      withPrivateKey: RequiredWhen?.HasPrivateKey ?? false,
    })),
    entryPassword: answer.PasswordOptions?.EntrySupported ?? false,
  };
}
