import { explicit, implicitOctets, integer, octetString, oid, sequence } from "../asn1/writer.ts";
import { FormatError } from "../errors.ts";
import type { KeystoreContent } from "../keystore-content.ts";
import { Budget } from "../limits.ts";
import type { Prepared } from "../pbe/encrypt.ts";
import { passwordForms, zeroForms } from "../pbe/password.ts";
import * as oids from "./oids.ts";
import { type Pkcs12Profile, type Profile, profiles } from "./profiles.ts";
import { certificateEntryBag, chainBags, keyBag } from "./write-bags.ts";
import { prepareMac } from "./write-mac.ts";

export interface Pkcs12Options {
  readonly profile?: Pkcs12Profile | undefined;
  /** UTF-8. Needed by all profiles but Passwordless, which takes none. */
  readonly password?: Uint8Array | undefined;
  /** Of each key derivation; the profile's when unset. */
  readonly iterations?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What stays of another keystore, each part in its own bytes. */
export interface KeptBags {
  /** SafeBags that are encrypted together: certificates, and all that is no key under a password of its own. */
  readonly others: readonly Buffer[];
  readonly shroudedKeys: readonly Buffer[];
  /** ContentInfos. */
  readonly safes: readonly Buffer[];
}

const nothingKept: KeptBags = { others: [], shroudedKeys: [], safes: [] };

/** Writes a PKCS#12 keystore in DER. Salts are fresh, so no two are equal. Throws `FormatError` `PasswordRequired`. */
export async function encodePkcs12(
  content: KeystoreContent,
  options: Pkcs12Options,
  kept: KeptBags = nothingKept,
): Promise<Buffer> {
  const { profile: name = "Modern2023", signal } = options;
  const profile: Profile = profiles[name];
  const iterations = options.iterations ?? profile.iterations;
  new Budget().chargeIterations(iterations);
  const password = passwordForms(passwordFor(name, options.password));
  try {
    const prepare = (encryption: Profile["keys"]): Promise<Prepared | undefined> =>
      Promise.resolve(encryption?.prepare(password, iterations, signal));
    const [certificates, mac, ...keys] = await Promise.all([
      prepare(profile.certificates),
      profile.mac === undefined ? undefined : prepareMac(profile.mac, password, iterations, signal),
      ...content.keys.map(() => prepare(profile.keys)),
    ]);
    const authSafe = sequence(...safesOf(content, kept, certificates, keys));
    const macData = mac === undefined ? [] : [mac(authSafe)];
    return sequence(integer(3), dataOf(authSafe), ...macData);
  } finally {
    zeroForms(password);
  }
}

/** Certificates first, then keys: the order and number that go-pkcs12 insists on. */
function safesOf(
  content: KeystoreContent,
  kept: KeptBags,
  prepared: Prepared | undefined,
  keys: readonly (Prepared | undefined)[],
): Buffer[] {
  const bags = [...content.keys.flatMap(chainBags), ...content.certificates.map(certificateEntryBag)];
  const certificates = sequence(...kept.others, ...bags);
  const certificateSafe = prepared === undefined ? dataOf(certificates) : encryptedDataOf(certificates, prepared);
  const keyBags = [...kept.shroudedKeys, ...content.keys.map((entry, index) => keyBag(entry, keys[index]))];
  const keySafe = keyBags.length === 0 ? [] : [dataOf(sequence(...keyBags))];
  return [certificateSafe, ...keySafe, ...kept.safes];
}

function dataOf(content: Buffer): Buffer {
  return sequence(oid(oids.data), explicit(0, octetString(content)));
}

function encryptedDataOf(content: Buffer, prepared: Prepared): Buffer {
  const info = sequence(oid(oids.data), prepared.algorithm, implicitOctets(0, prepared.encrypt(content)));
  return sequence(oid(oids.encryptedData), explicit(0, sequence(integer(0), info)));
}

function passwordFor(profile: Pkcs12Profile, password: Uint8Array | undefined): Uint8Array {
  if (profile === "Passwordless") return Buffer.alloc(0);
  if (password !== undefined) return password;
  throw new FormatError("PasswordRequired", `A PKCS#12 keystore of profile ${profile} needs a password.`);
}
