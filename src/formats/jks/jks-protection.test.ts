import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openJksKey, sealJksKey } from "./jks-protection.ts";

/** The same by the words of Sun's KeyProtector, a digest at a time. */
function sealed(key: Buffer, password: Buffer, salt: Buffer): Buffer {
  const sha1 = (...parts: Buffer[]) => createHash("sha1").update(Buffer.concat(parts)).digest();
  const stream: Buffer[] = [];
  for (let digest = salt; stream.length * 20 < key.length;) {
    digest = sha1(password, digest);
    stream.push(digest);
  }
  const pad = Buffer.concat(stream);
  return Buffer.concat([salt, key.map((byte, index) => byte ^ (pad[index] ?? 0)), sha1(password, key)]);
}

describe("JKS protection of a key", () => {
  // 34 bytes are the longest that leave room in one block of SHA-1.
  it.each(
    [0, 2, 4, 32, 34, 36, 38, 200].flatMap((password) => [0, 1, 20, 67, 1219].map((key) => [password, key] as const)),
  )("with a password of %i bytes seals and opens %i bytes", (passwordBytes, keyBytes) => {
    const password = Buffer.alloc(passwordBytes, "pw");
    const key = Buffer.alloc(keyBytes, "key");
    const salt = Buffer.alloc(20, "salt");
    expect(sealJksKey(key, password, salt)).toEqual(sealed(key, password, salt));
    expect(openJksKey(sealed(key, password, salt), password)).toEqual(key);
  });

  it("takes a fresh salt each time", () => {
    const [one, other] = [1, 2].map(() => sealJksKey(Buffer.from("key"), Buffer.from("pw")));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });

  it("opens nothing that is changed or too short", () => {
    const password = Buffer.from("pw");
    const bytes = sealJksKey(Buffer.from("key"), password);
    bytes[25] = (bytes[25] ?? 0) ^ 1;
    expect(openJksKey(bytes, password)).toBeUndefined();
    expect(openJksKey(bytes.subarray(0, 39), password)).toBeUndefined();
  });
});
