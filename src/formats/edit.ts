import { detect } from "./detect.ts";
import type { EncodeOptions } from "./encode.ts";
import { FormatError } from "./errors.ts";
import { editJks } from "./jks/edit.ts";
import { keystoreContent } from "./keystore-content.ts";
import { Budget, type Limits } from "./limits.ts";
import { editPkcs12 } from "./pkcs12/edit.ts";
import type { Bundle } from "./types.ts";

/** What changes in a keystore. */
export interface KeystoreEdit {
  /** Aliases whose entries go, where they are there. */
  readonly remove?: readonly string[] | undefined;
  /** What comes in, as `encode` would write it with the same options, in place of entries of the same aliases. */
  readonly put?: Bundle | undefined;
}

export type EditOptions = Extract<EncodeOptions, { readonly format: "PKCS12" | "JKS" }> & {
  /** Opens the keystore as it is, where it is not `password`. */
  readonly current?: Uint8Array | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Changes a keystore that holds entries of others too: theirs are copied byte for byte, so private keys stay under their own
 * passwords, which need not be known. Throws `FormatError`: `WrongPassword` or `PasswordRequired`, `UnsupportedStoreType`
 * where the keystore is of another format than it shall have, `NotAuthenticated`, `Malformed`, `UnsupportedAlgorithm`,
 * `LimitExceeded`, and what `encode` throws.
 */
export async function editKeystore(keystore: Uint8Array, edit: KeystoreEdit, options: EditOptions): Promise<Buffer> {
  const budget = new Budget(options.limits, options.signal);
  budget.chargeBytes(keystore.length);
  const bytes = Buffer.from(keystore.buffer, keystore.byteOffset, keystore.byteLength);
  const found = detect(bytes);
  if (found !== options.format) throw otherFormat(found, options.format);
  const content = edit.put === undefined ? { keys: [], certificates: [] } : keystoreContent(edit.put, options);
  const incoming = [...content.keys, ...content.certificates].flatMap(({ alias }) => alias ?? []);
  const going = [...(edit.remove ?? []), ...incoming];
  const opening = { ...options, current: options.current ?? options.password };
  return opening.format === "JKS"
    ? editJks(bytes, going, content, opening, budget)
    : editPkcs12(bytes, going, content, opening, budget);
}

function otherFormat(found: string, wanted: string): FormatError {
  const message = `The value there is ${found}, not ${wanted}: the other entries in it cannot be kept; delete it to have it made anew.`;
  return new FormatError("UnsupportedStoreType", message);
}
