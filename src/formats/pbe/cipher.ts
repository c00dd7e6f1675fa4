import { createCipheriv, createDecipheriv } from "node:crypto";
import { rc2Decrypt, rc2Encrypt } from "./rc2.ts";
import { rc4 } from "./rc4.ts";

/** A cipher with all but key and IV decided. Block ciphers run in CBC mode with the padding of PKCS#7. */
export interface Cipher {
  readonly name: string;
  readonly keyBytes: number;
  /** 0 for a stream cipher. */
  readonly ivBytes: number;
  encrypt(key: Buffer, iv: Buffer, plaintext: Uint8Array): Buffer;
  /** Undefined when the padding is wrong, as with a wrong key. A stream cipher has none and always gives something. */
  decrypt(key: Buffer, iv: Buffer, ciphertext: Uint8Array): Buffer | undefined;
}

export const aes128 = openssl("AES-128-CBC", 16, 16);
export const aes192 = openssl("AES-192-CBC", 24, 16);
export const aes256 = openssl("AES-256-CBC", 32, 16);
export const camellia128 = openssl("CAMELLIA-128-CBC", 16, 16);
export const camellia192 = openssl("CAMELLIA-192-CBC", 24, 16);
export const camellia256 = openssl("CAMELLIA-256-CBC", 32, 16);
export const tripleDes = openssl("DES-EDE3-CBC", 24, 8);
export const twoKeyTripleDes = openssl("DES-EDE-CBC", 16, 8);
/** DES is triple DES with one key three times; OpenSSL's default provider has only that. */
export const des = openssl("DES-EDE3-CBC", 8, 8, (key) => Buffer.concat([key, key, key]), "DES-CBC");

export function rc2(effectiveBits: number, keyBytes = Math.ceil(effectiveBits / 8)): Cipher {
  return {
    name: `RC2-${effectiveBits}-CBC`,
    keyBytes,
    ivBytes: 8,
    encrypt: (key, iv, plaintext) => rc2Encrypt(key, effectiveBits, iv, plaintext),
    decrypt: (key, iv, ciphertext) => rc2Decrypt(key, effectiveBits, iv, ciphertext),
  };
}

export function rc4Stream(keyBytes: number): Cipher {
  const run = (key: Buffer, _iv: Buffer, data: Uint8Array): Buffer => rc4(key, data);
  return { name: `RC4-${keyBytes * 8}`, keyBytes, ivBytes: 0, encrypt: run, decrypt: run };
}

function openssl(
  algorithm: string,
  keyBytes: number,
  ivBytes: number,
  keyOf: (key: Buffer) => Buffer = (key) => key,
  name = algorithm,
): Cipher {
  return {
    name,
    keyBytes,
    ivBytes,
    encrypt(key, iv, plaintext) {
      const cipher = createCipheriv(algorithm, keyOf(key), iv);
      return Buffer.concat([cipher.update(plaintext), cipher.final()]);
    },
    decrypt(key, iv, ciphertext) {
      const decipher = createDecipheriv(algorithm, keyOf(key), iv);
      const start = decipher.update(ciphertext);
      try {
        return Buffer.concat([start, decipher.final()]);
      } catch {
        return undefined;
      } finally {
        start.fill(0);
      }
    },
  };
}
