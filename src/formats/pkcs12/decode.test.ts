import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sequence } from "../asn1/writer.ts";
import { decode } from "../index.ts";
import { aes256Encryption } from "../pbe/encrypt.ts";
import { passwordForms } from "../pbe/password.ts";
import { encodePkcs12 } from "./encode.ts";
import { pfx, safe } from "./testing/pfx.ts";
import { keyBag } from "./write-bags.ts";
import { prepareMac } from "./write-mac.ts";

const certificate = "c61dbd64232c765dfc9045b18332be78d644d9011801aad41e02cc6eec8f235f";
const pkcs8 = "302e020100300506032b6570042204203f957ab57c138f32b891797e3295c92a07269e3d00866d398f733c584624451c";

// openssl 3.0: pkcs12 -export -name wéb -iter 2 -passout pass:kötchen🔑
const modern = Buffer.from(
  "MIIDiwIBAzCCA0IGCSqGSIb3DQEHAaCCAzMEggMvMIIDKzCCAiEGCSqGSIb3DQEHBqCCAhIwggIOAgEAMIICBwYJKoZIhvcNAQcBMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAj2XorAriFuMAIBAjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQqneA8zd6f3CYGnQciv4qNoCCAaDNH0sIXgbak2W5C64ovIOeMaZ9RQF4MvKDPJ0TR7hs+2oifEYuLNPYbDMRtu6xaJiGSaZI/b3qk/ofou0oOroT3d4TyLfHNIDEc8JyM/NqYF37KMC0CVMJlJFiyKvFK2VueZ2P0PHylec0sUD6aJZxuz/+QTH0atvntXhUVK6rYPwanZYAmCt9iY0CgS99n2d5RQcbbGoEHyJGbHTlyPmPcPos8MI1yCVg23CyMd3ScJmfZleoUFPsWSUj2TIB1HauEfmstLSbKwx2VkKfroCN5ZqBatgQ+zLj9SsNjW9Qkpc78W7MsXswXKoFdzl9q0qbW7qIHGMGocKsnEmQ+0kqWfNs40JriM99FhAKcm0VJ5Qc+mF4RyftuOpWbN+0k3qCjukS/RZ4duHdN4lsMgdpqQxhHHzvDUluZOzfA47bDVYH1lwXb3JL5I7ZbTChv/l12Aa11N0rucsh8rI+L0kg44Q1k1a9T/yfiLWk1BvH+AllcGnI4BpZWRbtH4/x4cQE7aaQWlHRpg9iCQGUvSkxfZVrLK3Nhx6ojGlSoZ/PhzCCAQIGCSqGSIb3DQEHAaCB9ASB8TCB7jCB6wYLKoZIhvcNAQwKAQKggZ0wgZowVgYJKoZIhvcNAQUNMEkwKAYJKoZIhvcNAQUMMBsECGByrdsh9EoQAgECMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCX0CUezwudVhNVO89DxyQKBECSI2dLRLmechyWH3Zxb1f5KSUPxHU4PESZY7yvP6MrGL3l3jpEYSob/OyhNtGZC9vjBVaGqlTvSoal4MdUCCG6MTwwFQYJKoZIhvcNAQkUMQgeBgB3AOkAYjAjBgkqhkiG9w0BCRUxFgQUowtTv8cPSGn8Z93NmjhVxjXDJ24wQDAxMA0GCWCGSAFlAwQCAQUABCDPgdyNTki7vi1S5mNtlu6owwtjsc7kLLMs7Kgda5mL2AQII+QiLQv80gICAQI=",
  "base64",
);
// openssl 3.0: pkcs12 -export -legacy -name web -iter 2 -passout pass:secret
const legacy = Buffer.from(
  "MIIC8gIBAzCCArkGCSqGSIb3DQEHAaCCAqoEggKmMIICojCCAd4GCSqGSIb3DQEHBqCCAc8wggHLAgEAMIIBxAYJKoZIhvcNAQcBMBsGCiqGSIb3DQEMAQYwDQQI0vnfOuuC6ZQCAQKAggGYgXulbCKthqQnykYb3rBsreApBmdJ5cAuxVTTyq9ovT2uM6mRHidgEm/49qiflnKlP19mjCv6qU4qxrJKFuWX4s658tydDFbKsxB8jcgyEWgWWcdcS84/p8AI6o0WmRMKMZ3M39lpsEkEDGY5yecQdorh3YP+J+VW/8E/r6cD0R+DbWwt2N3cfrCynT3KWFPQEpH9dh6ZSNSd7/5m/CgjDSalW0/jTJZQHpX8uxJGeMHKU+DglUWep41LGfmaUUok999PZn1dunQOLKzTifBPJak6qVIbYiLoch/TS7kab9vbFO+fLLNARAJDx7ILSsmik5k2/qtn+msCqT27adnDUf17BdFzKEeIWmh9nenXk+Xrzele1HV7YgjJuC+q0mO0qENGSvulwIcrhjNaQFH0zr1PeKsxiOe8coKqFdm6KtazNfrRRHVaVtUwv6aKWBukh7/APd4JktubJnPxw/69JNXo/sXFMpYYnYE3nLMWW7uelq04iXF7Er9dHUBc4yPx7X2rmNFzgvDQFtmiPedKG+Ti/QQ8z4R/MIG9BgkqhkiG9w0BBwGgga8EgawwgakwgaYGCyqGSIb3DQEMCgECoFkwVzAbBgoqhkiG9w0BDAEDMA0ECH1+/lIrBaCFAgECBDh/T+239ZAt+hMFpbS5/10uyWn2IAzYuMnQDrcI8Xc1MpRXvIm5wsLF7a42B2ZvyC6DrQUa0YZcNDE8MBUGCSqGSIb3DQEJFDEIHgYAdwBlAGIwIwYJKoZIhvcNAQkVMRYEFKMLU7/HD0hp/GfdzZo4VcY1wyduMDAwITAJBgUrDgMCGgUABBQUI4Ak6XRKu+PBBIzbrmKK0m76+QQIs2QUqk0HB5QCAQI=",
  "base64",
);
// openssl 3.0: pkcs12 -export -nomac -keypbe NONE -certpbe NONE
const bare = Buffer.from(
  "MIICKwIBAzCCAiQGCSqGSIb3DQEHAaCCAhUEggIRMIICDTCCAY4GCSqGSIb3DQEHAaCCAX8EggF7MIIBdzCCAXMGCyqGSIb3DQEMCgEDoIIBOzCCATcGCiqGSIb3DQEJFgGgggEnBIIBIzCCAR8wgdKgAwIBAgIBATAFBgMrZXAwDjEMMAoGA1UEAwwDd2ViMCAXDTI2MTEyNTA5NTYwNFoYDzIxMjYxMTAxMDk1NjA0WjAOMQwwCgYDVQQDDAN3ZWIwKjAFBgMrZXADIQDYYoRthTEtAP8AG+Jb9XKqDdMTJC+CT/8oZCGl8thNPKNTMFEwHQYDVR0OBBYEFHcTRqLkOl8cSdiJPcl44Rx97+z+MB8GA1UdIwQYMBaAFHcTRqLkOl8cSdiJPcl44Rx97+z+MA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA8e9XC99kTS1/3WLpW2VzemDjvJIzOXgyzPWi48+AvneDppTKQR/mE9JZXqWaYTpCrHQsHRpgEvtrZeQYGQSfATElMCMGCSqGSIb3DQEJFTEWBBSjC1O/xw9Iafxn3c2aOFXGNcMnbjB5BgkqhkiG9w0BBwGgbARqMGgwZgYLKoZIhvcNAQwKAQGgMDAuAgEAMAUGAytlcAQiBCA/lXq1fBOPMriReX4ylckqByaePQCGbTmPczxYRiRFHDElMCMGCSqGSIb3DQEJFTEWBBSjC1O/xw9Iafxn3c2aOFXGNcMnbg==",
  "base64",
);
// keytool 17: -importcert -alias root -storepass secret
const trustStore = Buffer.from(
  "MIICkAIBAzCCAjsGCSqGSIb3DQEHAaCCAiwEggIoMIICJDCCAiAGCSqGSIb3DQEHBqCCAhEwggINAgEAMIICBgYJKoZIhvcNAQcBMGUGCSqGSIb3DQEFDTBYMDcGCSqGSIb3DQEFDDAqBBTHT32+NcBUTJ+C4IB+gfGjRi5D0QIBAgIBIDAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQIyEZ+R165NJqD94NTHAZGYCCAZAOIqCh2NsCVzzN+G4mJi9TZgDlZS1nAMuI6etr1bY3d6H4oYbDaJaiYYwQuApTxIxWH292Yr4r4SbRPgaZDwnMSaWcn+KHHEimZm108N0d3bRtuX9bWRx5VxC7FuLUn1NYy8b+xBO1qQzAZKRjpo/P4W+rDi6yTK3SLopMWCMa8ektVHY69IlgAzR+pFeDzDmBZth3MzEJncsudvPb1Kb1d0p1HoCxoLB4OfgJriMdtPOEQGbIVfy/KYRL8Q6KcU7nSS+5F9fH/DZOdAh40zDEChsIX/fOmjxXG5JSDlY5I6r0YBe8eAyK0zzWoW5xM01Mnl0ObsC1muYLwgNKaF2+V3pKdpApwS81ZLZZCRAFExgxV0oDVjlAFbDXtmEKArbWzNmK/m4ar0rMW17hZaFIPOMBxhJMPNZ0ErD1Tr6W3VS5q2kc6Geunhr9BtBdjdUy9MgEsHIYWm2oLC5QuBYOsOLPVtyM9EfEx4OLdPqL/8D4/jlRBzmP7JiN7byXYY5CzWDYb41OEf9IPmaOTMtNMEwwMTANBglghkgBZQMEAgEFAAQggqKlGr5FsorddJ1dxUS99gsboWXgBx5CL1mab9xVrUsEFGiSWMktOKWp4ZeSLNflTpbNHFVTAgEC",
  "base64",
);

async function read(bytes: Uint8Array, password?: string): Promise<unknown> {
  const decoded = await decode(bytes, { password: password === undefined ? undefined : Buffer.from(password) });
  return {
    ...decoded,
    certificates: decoded.certificates.map(({ der, ...rest }) => ({
      ...rest,
      sha256: createHash("sha256").update(der).digest("hex"),
    })),
    keys: decoded.keys.map(({ pkcs8, ...rest }) => ({ ...rest, hex: pkcs8.toString("hex") })),
  };
}

describe("decode of PKCS#12", () => {
  it("reads what OpenSSL writes today, with a password beyond the basic plane", async () => {
    expect(await read(modern, "kötchen🔑")).toEqual({
      format: "PKCS12",
      certificates: [{ sha256: certificate, alias: "wéb", trusted: false }],
      keys: [{ hex: pkcs8, alias: "wéb" }],
      warnings: [],
      authenticated: true,
    });
  });

  it("reads RC2-40 and triple DES of Windows and old OpenSSL", async () => {
    expect(await read(legacy, "secret")).toMatchObject({
      certificates: [{ sha256: certificate, alias: "web" }],
      keys: [{ hex: pkcs8, alias: "web" }],
      authenticated: true,
    });
  });

  it("tells the trusted certificates of a Java trust store", async () => {
    expect(await read(trustStore, "secret")).toMatchObject({
      certificates: [{ sha256: certificate, alias: "root", trusted: true }],
      keys: [],
    });
  });

  it.each([
    ["the wrong password", modern, "other", "WrongPassword"],
    ["no password", modern, undefined, "PasswordRequired"],
    ["an empty password", modern, "", "WrongPassword"],
  ])("refuses %s", async (_what, bytes, password, code) => {
    await expect(read(bytes, password)).rejects.toMatchObject({ name: "FormatError", code });
  });

  it("reads a key without a MAC when nobody gave a password to protect it, and tells", async () => {
    expect(await read(bare)).toMatchObject({ keys: [{ hex: pkcs8 }], authenticated: false });
  });

  it("refuses a key without a MAC when a password was meant to protect it, unless allowed", async () => {
    const password = Buffer.from("secret");
    await expect(decode(bare, { password })).rejects.toMatchObject({ code: "NotAuthenticated" });
    const allowed = await decode(bare, { password, allowUnauthenticated: true });
    expect(allowed.authenticated).toBe(false);
  });

  it("passes over bytes after the end, and says so", async () => {
    expect(await read(Buffer.concat([legacy, Buffer.from("\n")]), "secret")).toMatchObject({
      warnings: ["1 byte(s) after the end of the keystore are passed over."],
    });
  });
});

describe("passwords of PKCS#12", () => {
  const content = (pkcs8Bytes: Buffer) => ({
    keys: [{ alias: "web", pkcs8: pkcs8Bytes, certificates: [] }],
    certificates: [],
  });
  const key = Buffer.from(pkcs8, "hex");

  it.each([
    ["UTF-8 bytes widened, as old OpenSSL did", "LegacyDES", Buffer.from(Buffer.from("kötchen").toString("latin1"))],
    ["Latin-1, as Bouncy Castle does", "Modern2026", Buffer.from("kötchen", "latin1")],
  ] as const)("are tried as %s", async (_what, profile, meant) => {
    const bytes = await encodePkcs12(content(key), { profile, password: meant, iterations: 1 });
    expect(await read(bytes, "kötchen")).toMatchObject({ keys: [{ hex: pkcs8 }] });
  });

  it("may be others for the keys", async () => {
    const [keyForms, storeForms] = [
      passwordForms(Buffer.from("of the key")),
      passwordForms(Buffer.from("of the store")),
    ];
    const bag = keyBag({ alias: "web", pkcs8: key, certificates: [] }, await aes256Encryption.prepare(keyForms, 1));
    const authSafe = sequence(safe(bag));
    const mac = await prepareMac("sha256", storeForms, 1, undefined);
    const bytes = pfx([safe(bag)], [mac(authSafe)]);
    const password = Buffer.from("of the store");
    const decoded = await decode(bytes, { password, keyPassword: Buffer.from("of the key") });
    expect(decoded.keys.map(({ pkcs8 }) => pkcs8.toString("hex"))).toEqual([pkcs8]);
    await expect(decode(bytes, { password })).rejects.toMatchObject({
      code: "WrongPassword",
      message: expect.stringContaining("the private key in the PKCS#12 keystore"),
    });
  });
});
