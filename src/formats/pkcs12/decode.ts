import { aliasMatcher } from "../alias.ts";
import { FormatError } from "../errors.ts";
import type { Budget } from "../limits.ts";
import { decrypt } from "../pbe/decrypt.ts";
import { readEncryptedKey } from "../pbe/encrypted-key.ts";
import { type PasswordForms, zeroForms } from "../pbe/password.ts";
import type { Contents, Reading } from "../types.ts";
import { type Bag, type Found, readBags } from "./bags.ts";
import { aliasesOf, entriesOf } from "./entries.ts";
import { verifyMac } from "./mac.ts";
import { formsOf, joined } from "./password-forms.ts";
import * as oids from "./oids.ts";
import { type Pfx, readPfx } from "./pfx.ts";
import { openSafe, readSafes } from "./safe.ts";

/**
 * Reads a PKCS#12 keystore (RFC 7292). Without a password the empty one is tried. Throws `FormatError`: `Malformed`,
 * `PasswordRequired`, `WrongPassword`, `NotAuthenticated`, `UnsupportedAlgorithm` or `LimitExceeded`.
 */
export async function decodePkcs12(bytes: Buffer, reading: Reading): Promise<Contents> {
  const { budget, password, keyPassword } = reading;
  const pfx = readPfx(bytes, budget.limits.depth);
  const store = formsOf(password ?? Buffer.alloc(0));
  const key = keyPassword === undefined ? store : joined(formsOf(keyPassword), store);
  const found: Found = { bags: [], warnings: new Set() };
  try {
    await open(pfx, store, found, budget);
    await openKeys(found, key, reading);
    refuseUnauthenticated(pfx, found, reading);
    if (pfx.trailing > 0) found.warnings.add(`${pfx.trailing} byte(s) after the end of the keystore are passed over.`);
    return { ...entriesOf(found.bags), warnings: [...found.warnings], authenticated: pfx.mac !== undefined };
  } catch (error) {
    for (const bag of found.bags) if (bag.kind === "key") bag.pkcs8.fill(0);
    throw password === undefined ? withoutPassword(error) : error;
  } finally {
    zeroForms(key);
    zeroForms(store);
  }
}

async function open(pfx: Pfx, password: PasswordForms, found: Found, budget: Budget): Promise<void> {
  if (pfx.mac !== undefined) await verifyMac(pfx.mac, pfx.authSafe, password, budget);
  for (const safe of readSafes(pfx.authSafe, budget.limits.depth)) {
    if (safe.kind === "unknown") {
      const part = safe.type === oids.envelopedData ? "encrypted to a public key" : `of type ${safe.type}`;
      found.warnings.add(`The keystore also holds a part ${part}, which is passed over.`);
      continue;
    }
    const contents = await openSafe(safe, password, budget);
    readBags(contents, found, budget);
    if (safe.kind === "encrypted") contents.fill(0);
  }
}

/** Keys of other aliases than the one asked for stay closed: they may have other passwords. One without alias may be meant. */
async function openKeys({ bags }: Found, password: PasswordForms, { alias, budget }: Reading): Promise<void> {
  const aliasOf = aliasesOf(bags);
  const matches = alias === undefined ? () => true : aliasMatcher(alias, bags.map(aliasOf));
  const wanted = bags.map(aliasOf).map((name) => name === undefined || matches(name));
  for (const [index, bag] of bags.entries()) {
    if (bag.kind === "encryptedKey" && wanted[index] === true) bags[index] = await opened(bag, password, budget);
  }
}

async function opened(
  bag: Extract<Bag, { kind: "encryptedKey" }>,
  password: PasswordForms,
  budget: Budget,
): Promise<Bag> {
  const { der, ...rest } = bag;
  const encrypted = readEncryptedKey(der, "the private key in the PKCS#12 keystore", budget.limits.depth);
  return { ...rest, kind: "key", pkcs8: await decrypt(encrypted, password, budget) };
}

/** Who protects a keystore by a password relies on it; without one there is nothing that could show a change. */
function refuseUnauthenticated({ mac }: Pfx, { bags }: Found, { password, allowUnauthenticated }: Reading): void {
  if (mac !== undefined || allowUnauthenticated === true) return;
  if (password === undefined || password.length === 0 || !bags.some(({ kind }) => kind === "key")) return;
  throw new FormatError(
    "NotAuthenticated",
    "The PKCS#12 keystore has a private key but no MAC, so a change would not be noticed; export it with a MAC, or give no password.",
  );
}

function withoutPassword(error: unknown): unknown {
  if (!(error instanceof FormatError) || error.code !== "WrongPassword") return error;
  const message = "The PKCS#12 keystore needs a password, and none is given.";
  return new FormatError("PasswordRequired", message, { cause: error });
}
