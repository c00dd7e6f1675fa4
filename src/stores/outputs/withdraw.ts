import type { SecretKeyRef } from "../../crds/index.ts";
import { decode, editKeystore, FormatError, otherEntries } from "../../formats/index.ts";
import type { RemovalContext } from "../contract.ts";
import { isStoreError } from "../errors.ts";
import type { KeystoreRecord } from "./keystore-record.ts";
import type { KeystoreRef } from "./keystore-refs.ts";

/** A keystore without our entries; nothing where only ours were in it; or why ours must stay. */
export type Withdrawn = { readonly bytes: Buffer } | { readonly empty: true } | { readonly why: string };

/** Takes our entries out of a keystore that others have entries in, too. */
export async function withdraw(
  bytes: Buffer,
  { aliases }: KeystoreRecord,
  ref: KeystoreRef | undefined,
  context: RemovalContext,
  signal: AbortSignal,
): Promise<Withdrawn> {
  if (ref === undefined) return { why: "its password is not known any more" };
  const { format, password, previous } = ref;
  let why = "it needs a password";
  for (const one of previous === undefined ? [password] : [password, previous]) {
    try {
      return await withPassword(one, async (opening) => {
        const decoded = await decode(bytes, { password: opening, alias: aliases[0], signal });
        for (const { pkcs8 } of decoded.keys) pkcs8.fill(0);
        if (otherEntries(decoded, aliases).length === 0) return { empty: true };
        return { bytes: await editKeystore(bytes, { remove: aliases }, { format, password: opening, signal }) };
      });
    } catch (error) {
      if (!(error instanceof FormatError) && !isStoreError(error)) throw error;
      why = error.message;
    }
  }
  return { why };

  async function withPassword(
    ref: SecretKeyRef | undefined,
    open: (password: Buffer | undefined) => Promise<Withdrawn>,
  ): Promise<Withdrawn> {
    if (ref === undefined) return open(undefined);
    const values = await context.readSecret(ref.name, signal);
    try {
      return await open(values.get(ref.key));
    } finally {
      for (const value of values.values()) value.fill(0);
    }
  }
}
