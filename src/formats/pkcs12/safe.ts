import { Reader } from "../asn1/reader.ts";
import { context, SEQUENCE } from "../asn1/tags.ts";
import type { Budget } from "../limits.ts";
import { readAlgorithm } from "../pbe/algorithm.ts";
import { decrypt } from "../pbe/decrypt.ts";
import type { PasswordForms } from "../pbe/password.ts";
import { readScheme, type Scheme } from "../pbe/scheme.ts";
import * as oids from "./oids.ts";

/** One part of an AuthenticatedSafe. */
export type Safe =
  | { readonly kind: "clear"; readonly contents: Buffer }
  | { readonly kind: "encrypted"; readonly scheme: Scheme; readonly ciphertext: Buffer }
  | { readonly kind: "unknown"; readonly type: string; readonly raw: Buffer };

/** The parts of an AuthenticatedSafe (RFC 7292, section 4.1). Throws `FormatError` `Malformed` or `UnsupportedAlgorithm`. */
export function readSafes(authSafe: Buffer, depth: number): Safe[] {
  const outer = Reader.of(authSafe, { what: "the content of the PKCS#12 keystore", ber: true, depth });
  const reader = outer.sequence();
  outer.finish();
  const safes: Safe[] = [];
  while (!reader.done) safes.push(readSafe(reader));
  return safes;
}

function readSafe(reader: Reader): Safe {
  const element = reader.element(SEQUENCE);
  const info = reader.inside(element);
  const type = info.oid();
  switch (type) {
    case oids.data:
      return { kind: "clear", contents: info.into(context(0)).octets() };
    case oids.encryptedData:
      return { kind: "encrypted", ...readEncrypted(info.into(context(0)).sequence()) };
    default:
      return { kind: "unknown", type, raw: reader.rawOf(element) };
  }
}

/** EncryptedData (RFC 2315, section 13). */
function readEncrypted(reader: Reader): { scheme: Scheme; ciphertext: Buffer } {
  reader.small("the version");
  const info = reader.sequence();
  info.oid();
  const scheme = readScheme(readAlgorithm(info));
  return { scheme, ciphertext: info.implicitOctets(0) };
}

/** SafeContents in the clear. Throws `FormatError` `WrongPassword` or `LimitExceeded`. */
export async function openSafe(
  safe: Exclude<Safe, { kind: "unknown" }>,
  password: PasswordForms,
  budget: Budget,
): Promise<Buffer> {
  if (safe.kind === "clear") return safe.contents;
  return decrypt({ ...safe, what: "the PKCS#12 keystore" }, password, budget);
}
