import { FormatError } from "../errors.ts";
import type { KeystoreContent } from "../keystore-content.ts";
import type { Budget } from "../limits.ts";
import { zeroForms } from "../pbe/password.ts";
import { encodePkcs12, type KeptBags, type Pkcs12Options } from "./encode.ts";
import { verifyMac } from "./mac.ts";
import { formsOf } from "./password-forms.ts";
import { readPfx } from "./pfx.ts";
import { type RawBag, rawBags } from "./raw-bags.ts";
import { openSafe, readSafes } from "./safe.ts";
import { stayingBags } from "./staying.ts";

/**
 * A PKCS#12 keystore without the entries under `going` and with `content` beside the others. Their bags are copied, so private
 * keys stay under their own passwords. `current` opens what is there. Throws `FormatError`: `WrongPassword`,
 * `NotAuthenticated`, `Malformed`, `UnsupportedAlgorithm`, `LimitExceeded`, and what `encodePkcs12` throws.
 */
export async function editPkcs12(
  bytes: Buffer,
  going: readonly string[],
  content: KeystoreContent,
  options: Pkcs12Options & { readonly current?: Uint8Array | undefined },
  budget: Budget,
): Promise<Buffer> {
  const { others, shroudedKeys, safes } = await openBags(bytes, options, budget);
  const staying = stayingBags([...others, ...shroudedKeys], going);
  const rawOf = (bags: readonly RawBag[]): Buffer[] =>
    bags.filter((bag) => staying.includes(bag)).map(({ raw }) => raw);
  const kept: KeptBags = { others: rawOf(others), shroudedKeys: rawOf(shroudedKeys), safes };
  try {
    return await encodePkcs12(withoutTwins(content, staying), options, kept);
  } finally {
    for (const { raw } of others) raw.fill(0);
  }
}

interface Opened {
  readonly others: RawBag[];
  readonly shroudedKeys: RawBag[];
  readonly safes: Buffer[];
}

async function openBags(
  bytes: Buffer,
  { current, profile }: Pkcs12Options & { readonly current?: Uint8Array | undefined },
  budget: Budget,
): Promise<Opened> {
  const pfx = readPfx(bytes, budget.limits.depth);
  if (pfx.mac === undefined && profile !== "Passwordless") throw withoutMac();
  const password = formsOf(current ?? Buffer.alloc(0));
  const opened: Opened = { others: [], shroudedKeys: [], safes: [] };
  try {
    if (pfx.mac !== undefined) await verifyMac(pfx.mac, pfx.authSafe, password, budget);
    for (const safe of readSafes(pfx.authSafe, budget.limits.depth)) {
      if (safe.kind === "unknown") opened.safes.push(safe.raw);
      else {
        const contents = await openSafe(safe, password, budget);
        for (const bag of rawBags(contents, budget)) {
          (bag.bag?.kind === "encryptedKey" ? opened.shroudedKeys : opened.others).push(bag);
        }
        if (safe.kind === "encrypted") contents.fill(0);
      }
    }
    return opened;
  } finally {
    zeroForms(password);
  }
}

/** A new MAC would vouch for what nobody has vouched for so far. */
function withoutMac(): FormatError {
  const message =
    "The PKCS#12 keystore has no MAC, so its other entries could have been changed; delete it to have it made anew.";
  return new FormatError("NotAuthenticated", message);
}

/** Certificates of the chain that lie there already would be there twice. */
function withoutTwins(content: KeystoreContent, staying: readonly RawBag[]): KeystoreContent {
  const there = staying.flatMap(({ bag }) => (bag?.kind === "certificate" && !bag.trusted ? [bag.der] : []));
  const isNew = (der: Buffer): boolean => !there.some((other) => other.equals(der));
  const keys = content.keys.map((entry) => {
    const [leaf, ...chain] = entry.certificates;
    return { ...entry, certificates: leaf === undefined ? [] : [leaf, ...chain.filter(isNew)] };
  });
  return { ...content, keys };
}
