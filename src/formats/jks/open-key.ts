import { Reader } from "../asn1/reader.ts";
import { unsupported } from "../errors.ts";
import { keyForm } from "../key/form.ts";
import type { Budget } from "../limits.ts";
import { jceksParameters, jceksProtectionOid, openJceksKey } from "./jceks-protection.ts";
import { jksProtectionOid, openJksKey } from "./jks-protection.ts";

/**
 * PKCS#8 of a private key that Java sealed, or undefined when no password opens it. Throws `FormatError` `Malformed`,
 * `UnsupportedAlgorithm` or `LimitExceeded`.
 */
export async function openKey(
  sealed: Buffer,
  passwords: readonly Buffer[],
  budget: Budget,
): Promise<Buffer | undefined> {
  const info = Reader.of(sealed, { what: "The private key's entry", ber: true }).sequence();
  const algorithm = info.sequence();
  const oid = algorithm.oid();
  if (oid === jksProtectionOid) {
    const data = info.octets();
    return first(passwords, (password) => openJksKey(data, password));
  }
  if (oid !== jceksProtectionOid) throw unsupported("key's protection", oid, undefined);
  const parameters = jceksParameters(algorithm);
  const data = info.octets();
  return first(passwords, async (password) => onlyKey(await openJceksKey(data, password, parameters, budget)));
}

/** Padding alone passes once in 256 times with a wrong password, and JCEKS has no digest of the key. */
function onlyKey(opened: Buffer | undefined): Buffer | undefined {
  if (opened === undefined || keyForm(opened) === "PKCS8") return opened;
  opened.fill(0);
  return undefined;
}

async function first(
  passwords: readonly Buffer[],
  open: (password: Buffer) => Promise<Buffer | undefined> | Buffer | undefined,
): Promise<Buffer | undefined> {
  for (const password of passwords) {
    const key = await open(password);
    if (key !== undefined) return key;
  }
  return undefined;
}
