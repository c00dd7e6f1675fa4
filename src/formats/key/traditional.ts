import { createHash } from "node:crypto";
import { FormatError } from "../errors.ts";
import {
  aes128,
  aes192,
  aes256,
  camellia128,
  camellia192,
  camellia256,
  type Cipher,
  des,
  rc2,
  tripleDes,
  twoKeyTripleDes,
} from "../pbe/cipher.ts";
import { wrongPassword } from "../pbe/decrypt.ts";
import { passwordForms, zeroForms } from "../pbe/password.ts";
import { keyForm } from "./form.ts";

/** A DEK-Info header: the cipher by OpenSSL's name and its initialisation vector, whose start is the salt. */
export interface DekInfo {
  readonly cipher: string;
  readonly iv: Buffer;
}

const ciphers: Readonly<Record<string, Cipher>> = {
  "AES-128-CBC": aes128,
  "AES-192-CBC": aes192,
  "AES-256-CBC": aes256,
  "CAMELLIA-128-CBC": camellia128,
  "CAMELLIA-192-CBC": camellia192,
  "CAMELLIA-256-CBC": camellia256,
  "DES-CBC": des,
  "DES-EDE-CBC": twoKeyTripleDes,
  "DES-EDE3-CBC": tripleDes,
  "RC2-40-CBC": rc2(40),
  "RC2-64-CBC": rc2(64),
  "RC2-CBC": rc2(128),
};

/**
 * Opens a private key that was encrypted as OpenSSL did before PKCS#8 (PEM_do_header). The caller zeroes the key. Throws
 * `FormatError` `UnsupportedAlgorithm`, `PasswordRequired` or `WrongPassword`.
 */
export function openTraditional(
  ciphertext: Buffer,
  { cipher: name, iv }: DekInfo,
  password: Uint8Array | undefined,
  where: string,
): Buffer {
  const cipher = ciphers[name];
  if (cipher === undefined || cipher.ivBytes !== iv.length) {
    const message = `${where} is encrypted with ${name}, which is not read; write the key again with AES-256.`;
    throw new FormatError("UnsupportedAlgorithm", message, { algorithm: name });
  }
  if (password === undefined) {
    throw new FormatError("PasswordRequired", `${where} is an encrypted private key, and no password is given.`);
  }
  const forms = passwordForms(password);
  try {
    for (const form of forms.octets) {
      const key = bytesToKey(form, iv.subarray(0, 8), cipher.keyBytes);
      const der = cipher.decrypt(key, iv, ciphertext);
      key.fill(0);
      if (der !== undefined && keyForm(der) !== undefined) return der;
      der?.fill(0);
    }
  } finally {
    zeroForms(forms);
  }
  throw wrongPassword(where);
}

/** EVP_BytesToKey with MD5 and one iteration. */
function bytesToKey(password: Buffer, salt: Buffer, length: number): Buffer {
  const key = Buffer.alloc(length);
  for (let at = 0; at < length; at += 16) {
    const before = key.subarray(Math.max(0, at - 16), at);
    const digest = createHash("md5").update(before).update(password).update(salt).digest();
    digest.copy(key, at);
    digest.fill(0);
  }
  return key;
}
