import { aliasMatcher } from "../alias.ts";
import { checkCertificateShape } from "../certificate.ts";
import { FormatError } from "../errors.ts";
import { keyForm } from "../key/form.ts";
import type { Budget } from "../limits.ts";
import type { Contents, DecodedCertificate, DecodedKey, Reading } from "../types.ts";
import { openKey } from "./open-key.ts";
import { type JksFile, type KeyEntry, parseJks } from "./parse.ts";
import { javaPasswords, storePassword } from "./password.ts";

/**
 * The entries of a JKS or JCEKS. Certificates of a private key's chain carry its alias. With `alias`, private keys of other
 * entries stay closed: they may have other passwords. Throws `FormatError`: `PasswordRequired`, `WrongPassword`, `Malformed`,
 * `UnsupportedAlgorithm` or `LimitExceeded`; or the signal's reason.
 */
export async function decodeJks(bytes: Buffer, { budget, password, keyPassword, alias }: Reading): Promise<Contents> {
  const file = parseJks(bytes, budget);
  const store = storePassword(bytes, file.type, password);
  const passwords = [...(keyPassword === undefined ? [] : javaPasswords(keyPassword)), store];
  const wanted =
    alias === undefined
      ? () => true
      : aliasMatcher(
          alias,
          file.entries.map((entry) => entry.alias),
        );
  const keys: DecodedKey[] = [];
  try {
    for (const entry of file.entries) {
      if (entry.kind === "key" && wanted(entry.alias)) keys.push(await key(entry, passwords, budget));
    }
    return { certificates: certificates(file), keys, warnings: warnings(file), authenticated: true };
  } catch (error) {
    for (const { pkcs8 } of keys) pkcs8.fill(0);
    throw error;
  } finally {
    for (const each of passwords) each.fill(0);
  }
}

async function key({ alias, sealed }: KeyEntry, passwords: readonly Buffer[], budget: Budget): Promise<DecodedKey> {
  budget.chargeKeys();
  const pkcs8 = await openKey(sealed, passwords, budget);
  if (pkcs8 === undefined) {
    const message = `The password does not open the private key of the alias ${alias}; where the key has a password of its own, give that one too.`;
    throw new FormatError("WrongPassword", message);
  }
  if (keyForm(pkcs8) !== "PKCS8") throw new FormatError("Malformed", `The alias ${alias} holds no PKCS#8 private key.`);
  return { alias, pkcs8 };
}

function certificates({ entries }: JksFile): DecodedCertificate[] {
  return entries.flatMap((entry): DecodedCertificate[] => {
    const { alias } = entry;
    const copy = (der: Buffer): Buffer => {
      checkCertificateShape(der, `a certificate of the alias ${alias}`);
      return Buffer.from(der);
    };
    if (entry.kind === "key") return entry.chain.map((der) => ({ alias, der: copy(der) }));
    return entry.kind === "trusted" ? [{ alias, der: copy(entry.certificate), trusted: true }] : [];
  });
}

function warnings({ entries }: JksFile): string[] {
  const seen = new Set<string>();
  return entries.flatMap(({ alias, kind }) => {
    const twice = seen.has(alias);
    seen.add(alias);
    return [
      ...(kind === "secret" ? [`The alias ${alias} holds a secret key, which is no certificate; it was skipped.`] : []),
      ...(twice ? [`The alias ${alias} is there twice; Java sees only the last.`] : []),
    ];
  });
}
