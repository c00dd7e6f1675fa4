import { aliasMatcher } from "../alias.ts";
import { readCertificate } from "../certificate.ts";
import { FormatError } from "../errors.ts";
import { plainKey } from "../key/read.ts";
import type { Budget } from "../limits.ts";
import type { Contents, DecodedCertificate, DecodedKey, Reading } from "../types.ts";
import { openKey } from "./open-key.ts";
import { type JksFile, type KeyEntry, parseJks } from "./parse.ts";
import { javaPasswords, storePassword } from "./password.ts";

/**
 * The entries of a JKS or JCEKS. Certificates of a private key's chain carry its alias. With `alias`, private keys of other
 * entries stay closed: they may have other passwords. Throws `FormatError`:
 * `PasswordRequired`, `WrongPassword`, `Malformed`, `UnsupportedAlgorithm` or `LimitExceeded`.
 */
export function decodeJks(bytes: Buffer, { budget, password, keyPassword, alias }: Reading): Contents {
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
      if (entry.kind === "key" && wanted(entry.alias)) keys.push(key(entry, passwords, budget));
    }
    return { certificates: certificates(file), keys, warnings: warnings(file), authenticated: true };
  } catch (error) {
    for (const { pkcs8 } of keys) pkcs8.fill(0);
    throw error;
  } finally {
    for (const each of passwords) each.fill(0);
  }
}

function key({ alias, sealed }: KeyEntry, passwords: readonly Buffer[], budget: Budget): DecodedKey {
  const pkcs8 = openKey(sealed, passwords, budget);
  if (pkcs8 === undefined) {
    const message = `The password does not open the private key of the alias ${alias}; where the key has a password of its own, give that one too.`;
    throw new FormatError("WrongPassword", message);
  }
  return { alias, pkcs8: plainKey(pkcs8, budget, `The private key of the alias ${alias}`) };
}

function certificates({ entries }: JksFile): DecodedCertificate[] {
  return entries.flatMap((entry): DecodedCertificate[] => {
    const { alias } = entry;
    const where = `A certificate of the alias ${alias}`;
    if (entry.kind === "key") return entry.chain.map((der) => ({ alias, der: readCertificate(der, where) }));
    return entry.kind === "trusted" ? [{ alias, der: readCertificate(entry.certificate, where), trusted: true }] : [];
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
