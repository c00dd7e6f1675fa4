import { anyAliasMatcher } from "../alias.ts";
import { FormatError } from "../errors.ts";
import type { KeystoreContent } from "../keystore-content.ts";
import type { Budget } from "../limits.ts";
import { encodeJks, type JksOptions } from "./encode.ts";
import { parseJks } from "./parse.ts";
import { storePassword } from "./password.ts";

/**
 * A JKS without the entries under `going` and with `content` behind the others, whose bytes are copied: private keys
 * stay under their own passwords. `current` opens what is there. Throws `FormatError`: `WrongPassword`, `PasswordRequired`,
 * `Malformed`, `UnsupportedStoreType`, and what `encodeJks` throws.
 */
export function editJks(
  bytes: Buffer,
  going: readonly string[],
  content: KeystoreContent,
  options: JksOptions & { readonly current?: Uint8Array | undefined },
  budget: Budget,
): Buffer {
  const { type, version, entries } = parseJks(bytes, budget);
  if (version !== 2) {
    const message = `The keystore is a JKS of version ${version}, which is read but not written; delete it to have it made anew.`;
    throw new FormatError("UnsupportedStoreType", message);
  }
  storePassword(bytes, type, options.current).fill(0);
  const goes = anyAliasMatcher(
    going,
    entries.map(({ alias }) => alias),
  );
  const kept = entries.filter(({ alias }) => !goes(alias)).map(({ raw }) => raw);
  return encodeJks(content, options, kept);
}
