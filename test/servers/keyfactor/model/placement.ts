import type { Certificate } from "./certificate.ts";
import type { Store } from "./store.ts";

/** What is asked to lie in a store. */
export interface Placement {
  readonly alias: string | undefined;
  readonly overwrite: boolean;
  readonly includePrivateKey: boolean;
  /** Entry parameters by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly hasEntryPassword: boolean;
}

/** Why Command refuses it before there is a job, or undefined. The texts are ours but for "does not exist in certificate store" and "Overwrite must be true" (A.7 [K]). */
export function refusalOf(store: Store, certificate: Certificate, placement: Placement): string | undefined {
  if (!store.approved) return "The certificate store is not approved.";
  return aliasRefusal(store, placement) ?? keyRefusal(store, certificate, placement) ?? entryRefusal(store, placement);
}

/**
 * CustomAliasAllowed (A.7 [O]). Where it is forbidden, an alias names the entry that is replaced: it must be in the inventory,
 * and overwrite must be set (A.7 [K]; that the rule is these types' is [I]). Elsewhere a taken alias fails the job, later.
 */
function aliasRefusal({ type, path, inventory }: Store, { alias, overwrite }: Placement): string | undefined {
  const given = alias !== undefined && alias !== "";
  if (type.alias === "Required" && !given) return "An alias is required for this certificate store type.";
  if (type.alias !== "Forbidden" || !given) return undefined;
  // To the letter [I]: what Command makes of another case is not known.
  const known = inventory.some((entry) => entry.alias === alias);
  if (known) return overwrite ? undefined : `Overwrite must be true: alias '${alias}' exists.`;
  if (overwrite) return `Alias '${alias}' does not exist in certificate store ${path}.`;
  return "An alias is not allowed for this certificate store type.";
}

/** PrivateKeyAllowed (A.7 [O]). */
function keyRefusal({ type }: Store, { key }: Certificate, { includePrivateKey }: Placement): string | undefined {
  if (type.privateKey === "Required" && !includePrivateKey) {
    return "A private key is required for this certificate store type.";
  }
  if (type.privateKey === "Forbidden" && includePrivateKey) {
    return "A private key is not allowed for this certificate store type.";
  }
  return includePrivateKey && key === undefined ? "The certificate has no private key in Keyfactor." : undefined;
}

function entryRefusal({ type }: Store, { parameters, hasEntryPassword }: Placement): string | undefined {
  const missing = missingParameter(
    type.entryParameters.filter(({ onAdd }) => onAdd),
    parameters,
  );
  if (missing !== undefined) return missing;
  // A.7 [K]: only where EntrySupported.
  if (hasEntryPassword && !type.entryPassword) {
    return "An entry password is not supported for this certificate store type.";
  }
  return undefined;
}

/** RequiredWhen of entry parameters (A.15 [O]). */
export function missingParameter(
  required: readonly { readonly name: string }[],
  parameters: Readonly<Record<string, unknown>>,
): string | undefined {
  const missing = required.find(({ name }) => [undefined, null, ""].some((empty) => parameters[name] === empty));
  return missing === undefined ? undefined : `The entry parameter '${missing.name}' is required.`;
}
