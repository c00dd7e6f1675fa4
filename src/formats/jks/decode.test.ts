import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decode, type Decoded } from "../index.ts";
import { keytoolJceks, keytoolJks } from "./testing/keytool.ts";

const of = (text: string): Buffer => Buffer.from(text);
const jks = { password: of("pässwörd"), keyPassword: of("k3y🔑pw") };
const jceks = { password: of("changeit"), keyPassword: of("other key") };

/** Alias, whether trusted, and subject of each certificate; alias of each key and whether it fits the first chain. */
function summary({ certificates, keys }: Decoded): unknown {
  const names = certificates.map(({ alias, trusted, der }) => [alias, trusted, new X509Certificate(der).subject]);
  const own = certificates.find(({ alias }) => alias === keys[0]?.alias);
  const fits = keys.map(({ alias, pkcs8 }) => {
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    return [alias, own !== undefined && new X509Certificate(own.der).checkPrivateKey(key)];
  });
  return { names, fits };
}

describe("decode of a JKS", () => {
  it("reads what keytool wrote: an alias with an emoji, a password of the key's own, a trusted certificate", async () => {
    const decoded = await decode(keytoolJks, jks);
    expect(decoded).toMatchObject({ format: "JKS", authenticated: true, warnings: [] });
    expect(summary(decoded)).toEqual({
      names: [
        ["ca", true, "CN=ca"],
        ["schlüssel🔑", undefined, "CN=web.example.com"],
      ],
      fits: [["schlüssel🔑", true]],
    });
  });

  it("reads a JCEKS and skips its secret key", async () => {
    const decoded = await decode(keytoolJceks, jceks);
    expect(decoded).toMatchObject({
      format: "JCEKS",
      warnings: ["The alias secret holds a secret key, which is no certificate; it was skipped."],
    });
    expect(summary(decoded)).toEqual({
      names: [
        ["ca", true, "CN=ca"],
        ["web", undefined, "CN=web.example.com"],
      ],
      fits: [["web", true]],
    });
  });

  it("leaves keys of other aliases closed where one is asked for", async () => {
    const decoded = await decode(keytoolJks, { password: jks.password, alias: "ca" });
    expect(decoded.keys).toEqual([]);
    expect(decoded.certificates).toHaveLength(2);
  });

  it("finds the alias in capital letters, as Java does", async () => {
    const decoded = await decode(keytoolJks, { ...jks, alias: "SCHLÜSSEL🔑" });
    expect(decoded.keys).toHaveLength(1);
  });

  it.each([
    ["no password", keytoolJks, {}, "PasswordRequired", "The JKS needs its password"],
    ["another password", keytoolJks, { password: of("wrong") }, "WrongPassword", "does not fit the JKS"],
    [
      "no password for the key",
      keytoolJks,
      { password: jks.password },
      "WrongPassword",
      "key of the alias schlüssel🔑",
    ],
    ["another password for the key", keytoolJceks, { ...jceks, keyPassword: of("x") }, "WrongPassword", "alias web"],
    ["too many iterations", keytoolJceks, { ...jceks, limits: { iterations: 9_999 } }, "LimitExceeded", "20000"],
    ["too many certificates", keytoolJks, { ...jks, limits: { certificates: 1 } }, "LimitExceeded", "2 certificates"],
    ["too many keys", keytoolJks, { ...jks, limits: { keys: 0 } }, "LimitExceeded", "1 private keys"],
  ])("refuses %s", async (_what, bytes, options, code, words) => {
    const reading = decode(bytes, options);
    await expect(reading).rejects.toMatchObject({ code });
    await expect(reading).rejects.toThrow(words);
  });

  it.each([
    ["a version", 7, 3, "at byte 4: its version is 3"],
    ["a number of entries", 8, 0x7f, "at byte 8: 2130706434 entries cannot fit in the file"],
    ["a kind of entry", 15, 9, "at byte 12: an entry is of kind 9"],
    ["a length", 35, 0x7f, "at byte 39: a certificate has 2130706743 bytes, of which only 823 are there"],
    ["the type of a certificate", 30, 0, "X.509"],
  ])("names %s that is damaged, with its place", async (_what, offset, value, words) => {
    const damaged = Buffer.from(keytoolJks);
    damaged[offset] = value;
    await expect(decode(damaged, jks)).rejects.toMatchObject({ code: "Malformed" });
    await expect(decode(damaged, jks)).rejects.toThrow(words);
  });

  it("is read under the name of another kind of keystore, as Java does, but not as a text", async () => {
    expect(await decode(keytoolJks, { ...jks, format: "PKCS12" })).toMatchObject({ format: "JKS" });
    await expect(decode(keytoolJks, { ...jks, format: "PEM" })).rejects.toThrow("The value is JKS, not PEM");
  });

  it("is not made of anything else that is asked for as one", async () => {
    await expect(decode(of("hello, world, this is text"), { ...jks, format: "JKS" })).rejects.toMatchObject({
      code: "Malformed",
      details: { offset: 0, expected: "FE ED FE ED" },
    });
  });

  it("stops when it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(decode(keytoolJceks, { ...jceks, signal })).rejects.toThrow("stop");
  });

  it("refuses bytes behind the end", async () => {
    const longer = Buffer.concat([keytoolJks, Buffer.alloc(3)]);
    await expect(decode(longer, jks)).rejects.toThrow("3 bytes follow the last entry");
  });

  it("never makes an object of a secret key of another class", async () => {
    const name = "SealedObjectForKeyProtector";
    const other = Buffer.from(keytoolJceks.toString("latin1").replace(name, name.toUpperCase()), "latin1");
    await expect(decode(other, jceks)).rejects.toMatchObject({ code: "UnsupportedAlgorithm" });
  });
});
