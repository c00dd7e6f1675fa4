/** CustomAliasAllowed and PrivateKeyAllowed as the specification has them (A.7 [O][D]). */
const rule = { Forbidden: 0, Optional: 1, Required: 2 } as const;
export type Rule = keyof typeof rule;

export interface EntryParameter {
  readonly name: string;
  readonly onAdd: boolean;
  readonly onRemove: boolean;
}

/** A kind of store: what an entry in it takes. */
export interface StoreType {
  /** Custom types have ids from 102 on (A.15 [D]). */
  readonly id: number;
  readonly name: string;
  readonly shortName: string;
  readonly alias: Rule;
  readonly privateKey: Rule;
  readonly entryParameters: readonly EntryParameter[];
  readonly entryPassword: boolean;
  /** A store of the type holds one certificate at a time [I]. */
  readonly holdsOne: boolean;
  /** What a job becomes that meets an alias without overwrite: Azure's orchestrator warns (A.7 [K]). */
  readonly taken: "Failure" | "Warning";
}

/**
 * How store types are told: as the vendor's Go client reads them, which fails on a number where it wants a rule's name [K], or
 * as the specification has it: numbers [O]. A client must take both.
 */
export type StoreTypeAnswers = "Clients" | "Specification";

export function storeTypeAnswer(type: StoreType, answers: StoreTypeAnswers): object {
  const told = (name: Rule): string | number => (answers === "Clients" ? name : rule[name]);
  return {
    Name: type.name,
    ShortName: type.shortName,
    Capability: type.shortName,
    StoreType: type.id,
    SupportedOperations: { Add: true, Create: false, Discovery: false, Enrollment: false, Remove: true },
    Properties: [],
    EntryParameters: type.entryParameters.map(({ name, onAdd, onRemove }) => ({
      StoreTypeId: type.id,
      Name: name,
      DisplayName: name,
      Type: "String",
      RequiredWhen: { HasPrivateKey: false, OnAdd: onAdd, OnRemove: onRemove, OnReenrollment: false },
      DependsOn: null,
      DefaultValue: null,
      Options: null,
    })),
    PasswordOptions: { EntrySupported: type.entryPassword, StoreRequired: false, Style: "Default" },
    PrivateKeyAllowed: told(type.privateKey),
    CustomAliasAllowed: told(type.alias),
    StorePathType: "",
    StorePathValue: "",
    ServerRequired: false,
  };
}
