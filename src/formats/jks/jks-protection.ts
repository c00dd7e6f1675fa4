import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** Sun's proprietary protection of a private key (KeyProtector.java): salt, key XOR a chain of SHA-1, SHA-1 of the key. */
export const jksProtectionOid = "1.3.6.1.4.1.42.2.17.1.1";

const digestBytes = 20;

/** The key, or undefined when the password is another one or the bytes were changed. */
export function openJksKey(sealed: Buffer, password: Buffer): Buffer | undefined {
  if (sealed.length < 2 * digestBytes) return undefined;
  const key = Buffer.from(sealed.subarray(digestBytes, -digestBytes));
  applyStream(key, sealed.subarray(0, digestBytes), password);
  if (timingSafeEqual(check(password, key), sealed.subarray(-digestBytes))) return key;
  key.fill(0);
  return undefined;
}

export function sealJksKey(key: Buffer, password: Buffer, salt = randomBytes(digestBytes)): Buffer {
  const sealed = Buffer.concat([salt, key, check(password, key)]);
  applyStream(sealed.subarray(digestBytes, -digestBytes), salt, password);
  return sealed;
}

/** XORs in place with SHA-1(password, salt), SHA-1(password, the digest before), and so on. */
function applyStream(bytes: Buffer, salt: Buffer, password: Buffer): void {
  const input = Buffer.concat([password, salt]);
  for (let at = 0; at < bytes.length; at += digestBytes) {
    const digest = hash("sha1", input, "buffer");
    digest.copy(input, password.length);
    const count = Math.min(digestBytes, bytes.length - at);
    for (let i = 0; i < count; i++) bytes[at + i] = (bytes[at + i] ?? 0) ^ (digest[i] ?? 0);
  }
  input.fill(0);
}

function check(password: Buffer, key: Buffer): Buffer {
  const input = Buffer.concat([password, key]);
  const digest = hash("sha1", input, "buffer");
  input.fill(0);
  return digest;
}
