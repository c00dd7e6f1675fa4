/** CustomAliasAllowed and PrivateKeyAllowed as the specification has them (A.7 [O][D]). */
const numbers = { Forbidden: 0, Optional: 1, Required: 2 } as const;
export type Rule = keyof typeof numbers;

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
 * How enumerations of store types are told: by name, and `RequiredWhen` member by member, as the vendor's Go client reads them,
 * which fails on numbers [K]; or all by numbers, as the specification has it [O]. A client must take both.
 */
export type StoreTypeAnswers = "Clients" | "Specification";

export function storeTypeAnswer(type: StoreType, answers: StoreTypeAnswers): object {
  const tell = answers === "Clients" ? byName : byNumber;
  return {
    Name: type.name,
    ShortName: type.shortName,
    Capability: type.shortName,
    StoreType: type.id,
    SupportedOperations: { Add: true, Create: false, Discovery: false, Enrollment: false, Remove: true },
    Properties: [],
    EntryParameters: type.entryParameters.map((parameter) => ({
      StoreTypeId: type.id,
      Name: parameter.name,
      DisplayName: parameter.name,
      Type: tell.type,
      RequiredWhen: tell.requiredWhen(parameter),
      DependsOn: null,
      DefaultValue: null,
      Options: null,
    })),
    PasswordOptions: { EntrySupported: type.entryPassword, StoreRequired: false, Style: tell.style },
    PrivateKeyAllowed: tell.rule(type.privateKey),
    CustomAliasAllowed: tell.rule(type.alias),
    StorePathType: "",
    StorePathValue: "",
    ServerRequired: false,
  };
}

const byName = {
  type: "String",
  style: "Default",
  rule: (rule: Rule): string => rule,
  requiredWhen: ({ onAdd, onRemove }: EntryParameter): object => ({
    HasPrivateKey: false,
    OnAdd: onAdd,
    OnRemove: onRemove,
    OnReenrollment: false,
  }),
};

/** The numbers of types and styles have no published names [U]; the flags 1, 2, 4 and 8 are in the order of the members [I]. */
const byNumber = {
  type: 0,
  style: 0,
  rule: (rule: Rule): number => numbers[rule],
  requiredWhen: ({ onAdd, onRemove }: EntryParameter): number => (onAdd ? 2 : 0) + (onRemove ? 4 : 0),
};
