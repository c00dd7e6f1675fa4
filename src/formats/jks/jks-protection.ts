import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { applySha1Stream } from "./sha1-stream.ts";

/** Sun's proprietary protection of a private key (KeyProtector.java): salt, key XOR a chain of SHA-1, SHA-1 of the key. */
export const jksProtectionOid = "1.3.6.1.4.1.42.2.17.1.1";

const digestBytes = 20;

/** The key, or undefined when the password is another one or the bytes were changed. */
export function openJksKey(sealed: Buffer, password: Buffer): Buffer | undefined {
  if (sealed.length < 2 * digestBytes) return undefined;
  const key = Buffer.from(sealed.subarray(digestBytes, -digestBytes));
  applySha1Stream(key, sealed.subarray(0, digestBytes), password);
  if (timingSafeEqual(check(password, key), sealed.subarray(-digestBytes))) return key;
  key.fill(0);
  return undefined;
}

export function sealJksKey(key: Buffer, password: Buffer, salt = randomBytes(digestBytes)): Buffer {
  const sealed = Buffer.concat([salt, key, check(password, key)]);
  applySha1Stream(sealed.subarray(digestBytes, -digestBytes), salt, password);
  return sealed;
}

function check(password: Buffer, key: Buffer): Buffer {
  return createHash("sha1").update(password).update(key).digest();
}
