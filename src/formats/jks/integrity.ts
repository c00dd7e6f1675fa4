import { createHash, timingSafeEqual } from "node:crypto";

/** Length of the SHA-1 digest at the end. */
export const digestBytes = 20;

/** The digest that ends a JKS or JCEKS: over the password, a phrase of Sun's, and all bytes before it (JavaKeyStore.java). */
export function integrityDigest(password: Buffer, data: Uint8Array): Buffer {
  return createHash("sha1").update(password).update("Mighty Aphrodite").update(data).digest();
}

/** False: another password, or somebody changed the bytes. */
export function isIntact(file: Buffer, password: Buffer): boolean {
  const end = file.length - digestBytes;
  return timingSafeEqual(integrityDigest(password, file.subarray(0, end)), file.subarray(end));
}
