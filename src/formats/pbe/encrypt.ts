import { randomBytes } from "node:crypto";
import { integer, nothing, octetString, oid, sequence } from "../asn1/writer.ts";
import { aes256, type Cipher } from "./cipher.ts";
import { pbkdf2Key } from "./kdf.ts";
import type { PasswordForms } from "./password.ts";
import { pkcs12Kdf, purposes } from "./pkcs12-kdf.ts";

/** A way to encrypt with fresh salts. */
export interface Encryption {
  prepare(password: PasswordForms, iterations: number, signal?: AbortSignal): Promise<Prepared>;
}

/** A derived key, for one use. */
export interface Prepared {
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Buffer;
  /** Zeroes the key. */
  encrypt(plaintext: Uint8Array): Buffer;
}

/** RFC 7292 appendix C: salts of eight bytes, as every program of that time takes them. */
export function pkcs12Encryption(algorithm: string, cipher: Cipher): Encryption {
  return {
    async prepare({ bmp }, iterations, signal) {
      const [password = Buffer.alloc(0)] = bmp;
      const salt = randomBytes(8);
      const input = { digest: "sha1", password, salt, iterations };
      const key = await pkcs12Kdf({ ...input, purpose: purposes.key, bytes: cipher.keyBytes }, signal);
      const iv = await pkcs12Kdf({ ...input, purpose: purposes.iv, bytes: cipher.ivBytes }, signal);
      const parameters = sequence(octetString(salt), integer(iterations));
      return prepared(sequence(oid(algorithm), parameters), cipher, key, iv);
    },
  };
}

/** PBES2 with AES-256 and PBKDF2 on HMAC-SHA-256 (RFC 8018 A.4). */
export const aes256Encryption: Encryption = {
  async prepare({ octets }, iterations, signal) {
    const [password = Buffer.alloc(0)] = octets;
    const salt = randomBytes(16);
    const iv = randomBytes(aes256.ivBytes);
    const key = await pbkdf2Key({ password, salt, iterations, bytes: aes256.keyBytes, digest: "sha256" }, signal);
    const scheme = sequence(oid("2.16.840.1.101.3.4.1.42"), octetString(iv));
    const parameters = sequence(pbkdf2Algorithm(salt, iterations), scheme);
    return prepared(sequence(oid("1.2.840.113549.1.5.13"), parameters), aes256, key, iv);
  },
};

/** PBKDF2 on HMAC-SHA-256 as an AlgorithmIdentifier; PBMAC1 demands the length of the key in it. */
export function pbkdf2Algorithm(salt: Buffer, iterations: number, keyBytes?: number): Buffer {
  const length = keyBytes === undefined ? [] : [integer(keyBytes)];
  return sequence(
    oid("1.2.840.113549.1.5.12"),
    sequence(octetString(salt), integer(iterations), ...length, hmacSha256),
  );
}

export const hmacSha256 = sequence(oid("1.2.840.113549.2.9"), nothing());

function prepared(algorithm: Buffer, cipher: Cipher, key: Buffer, iv: Buffer): Prepared {
  return {
    algorithm,
    encrypt(plaintext) {
      const ciphertext = cipher.encrypt(key, iv, plaintext);
      key.fill(0);
      return ciphertext;
    },
  };
}
