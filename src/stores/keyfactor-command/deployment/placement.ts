import type { KeyfactorCommandTarget } from "../../../crds/index.ts";
import type { Obstacle } from "../../contract.ts";
import type { StoreType } from "../api/store-type.ts";

/** What Command has of the certificate that is to be held. */
export interface Held {
  /** Command has its private key. */
  readonly hasPrivateKey: boolean;
}

/** What of a target decides whether a store of the type takes it. */
export type Wanted = Pick<
  KeyfactorCommandTarget,
  "alias" | "includePrivateKey" | "entryParameters" | "secretEntryParameters" | "entryPassword" | "pfxPasswordSecretRef"
>;

/** Whether the private key goes along: as the user says, else whenever Command has it and the store type takes it. */
export function includesPrivateKey(wanted: Wanted, type: StoreType, { hasPrivateKey }: Held): boolean {
  return wanted.includePrivateKey ?? (type.privateKey !== "Forbidden" && hasPrivateKey);
}

/** Why a store of this type would refuse the target; all that Command would refuse, before anything is sent. Pure. */
export function obstacleOf(wanted: Wanted, type: StoreType, held: Held): Obstacle | undefined {
  return (
    aliasObstacle(wanted, type) ??
    keyObstacle(wanted, type, held) ??
    parameterObstacle(wanted, type, held) ??
    passwordObstacle(wanted, type)
  );
}

function aliasObstacle({ alias }: Wanted, type: StoreType): Obstacle | undefined {
  if (type.alias === "Required" && alias === undefined) {
    return { reason: "AliasRequired", message: `Entries in a store of type ${type.name} have an alias; set alias.` };
  }
  if (type.alias === "Forbidden" && alias !== undefined) {
    const message = `A store of type ${type.name} names its entries itself; leave alias out.`;
    return { reason: "AliasForbidden", message };
  }
  return undefined;
}

function keyObstacle(wanted: Wanted, type: StoreType, held: Held): Obstacle | undefined {
  const included = includesPrivateKey(wanted, type, held);
  if (type.privateKey === "Forbidden" && included) {
    const message = `A store of type ${type.name} takes no private keys; leave includePrivateKey out.`;
    return { reason: "KeyForbidden", message };
  }
  if (included && !held.hasPrivateKey) {
    const message =
      "Command has no private key of this certificate: import it with its key, or leave includePrivateKey out.";
    return { reason: "KeyRequired", message };
  }
  if (type.privateKey !== "Required" || included) return undefined;
  const why = held.hasPrivateKey
    ? "the target keeps it back: leave out includePrivateKey: false and privateKey: Exclude."
    : "Command has none of this certificate: import it with its key.";
  return {
    reason: "KeyRequired",
    message: `A store of type ${type.name} takes no certificate without private key, and ${why}`,
  };
}

function parameterObstacle(wanted: Wanted, type: StoreType, held: Held): Obstacle | undefined {
  const withKey = includesPrivateKey(wanted, type, held);
  const given = new Set([...filled(wanted.entryParameters), ...Object.keys(wanted.secretEntryParameters ?? {})]);
  const missing = type.parameters
    .filter(({ onAdd, withPrivateKey }) => onAdd || (withPrivateKey && withKey))
    .filter(({ name }) => !given.has(name))
    .map(({ name }) => name);
  if (missing.length === 0) return undefined;
  const message = `A store of type ${type.name} asks for entry parameters that are not set: ${missing.join(", ")}; set them in entryParameters or secretEntryParameters.`;
  return { reason: "EntryParameterMissing", message };
}

/** An empty value counts as none to Command. */
function filled(parameters: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => (value === "" ? [] : [name]));
}

function passwordObstacle({ entryPassword }: Wanted, type: StoreType): Obstacle | undefined {
  if (entryPassword === undefined || type.entryPassword) return undefined;
  const message = `Entries in a store of type ${type.name} have no password of their own; leave entryPassword out.`;
  return { reason: "EntryPasswordForbidden", message };
}
