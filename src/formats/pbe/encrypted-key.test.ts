import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { integer, octetString, oid, sequence } from "../asn1/writer.ts";
import { Budget } from "../limits.ts";
import { decryptPrivateKey, isEncryptedPrivateKey } from "./encrypted-key.ts";

const password = Buffer.from("kötchen");
const plain = "302e020100300506032b6570042204203f957ab57c138f32b891797e3295c92a07269e3d00866d398f733c584624451c";

// Each made once by `openssl pkcs8 -topk8 -iter 2 -passout pass:kötchen` (with the legacy provider where it is needed). OpenSSL
// takes a PKCS#12 password for UTF-8 where it is UTF-8.
const encrypted: readonly (readonly [scheme: string, base64: string])[] = [
  [
    "PBE-MD5-DES",
    "MFYwGgYJKoZIhvcNAQUDMA0ECNvUGy7IdrkvAgECBDhQk0Qthi3NmoWtQ6fRCiQvIh/pXqqtXTn2mSVq53sLorJX6oGhgCCTAWTPS+X3NtKb0gYqbEHtQA==",
  ],
  [
    "PBE-MD5-RC2-64",
    "MFYwGgYJKoZIhvcNAQUGMA0ECDof6zl4yeYiAgECBDgwfMGDT0Gql0aS6epxM/K/8KhMIL/gbpPerWJ3AfZx2/uRCLFyveTXk5rs02ywTJ8Yjg1RLPVORg==",
  ],
  [
    "PBE-SHA1-DES",
    "MFYwGgYJKoZIhvcNAQUKMA0ECEPjPr8kkRWFAgECBDiO9Flc/r4HlPbfZeqWUmLuiqwIrb7n9kCXqIZU/VMhVjgXTSZwoV9k7ri4MRua/Ifm87PBKLWOWQ==",
  ],
  [
    "PBE-SHA1-RC2-64",
    "MFYwGgYJKoZIhvcNAQULMA0ECKe0iHlzp1JZAgECBDgqjLgIP+nVORHBlqvIzW0CPzXDBfkiM0a5Q6yrGC/g7RJ6ZfsYmDD3VZlLyvHv/0ivTdWB0/NXlg==",
  ],
  [
    "PBE-SHA1-RC4-128",
    "ME8wGwYKKoZIhvcNAQwBATANBAhuxnJSkVuA7gIBAgQwWA73BeITj+nktMInptS8Nv74VcO8/jzCMIxwlROD5BX//nZeHffdf1QNOGJmgDKV",
  ],
  [
    "PBE-SHA1-RC4-40",
    "ME8wGwYKKoZIhvcNAQwBAjANBAhqYrs/FaWq0gIBAgQwT8hH0bCNYf5ya8zyQLnc7aPadx2+JonNHYkv/hozWMrSi8gHjd+BI5syTzq/VzdD",
  ],
  [
    "PBE-SHA1-3DES",
    "MFcwGwYKKoZIhvcNAQwBAzANBAhSybQNIukeAwIBAgQ4LYItSode9FVCXuE47hfkCt3gQ2CQsu5qDMUrejTCt5TDZM5Yt4EuOgHaLlxNAZxPloU8f3QT1k8=",
  ],
  [
    "PBE-SHA1-2DES",
    "MFcwGwYKKoZIhvcNAQwBBDANBAjBwBZwnPhCEgIBAgQ4Ot9ggoNSsmLIw4aYH4S4rWVAC5LzhobmJjxg3BUE4vc7us4g9z0VBqQ9JQ9Pa5LTR7nc9hiqqrI=",
  ],
  [
    "PBE-SHA1-RC2-128",
    "MFcwGwYKKoZIhvcNAQwBBTANBAjZYwj6AekFMQIBAgQ4g/jpetFgll0tzFU8MJuJs1r65Zd8HcCVA65SvGj5t0Q0yQgPSE5N67pvFkVm36TSZaEZjIe8dFM=",
  ],
  [
    "PBE-SHA1-RC2-40",
    "MFcwGwYKKoZIhvcNAQwBBjANBAgB6Fj6TP9qEQIBAgQ4oDohLjEocCfPCernC48mfP4J0YbJnsR2QIbWYj0eoD/PY8e4ukf3Ew6inxcVgbL9xpVNPgVnTs8=",
  ],
  [
    "aes-128-cbc",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAga5M8om5Am6wIBAjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQMAOdnhKfWy8WdDI+VteyHARACEV8qy7YlZY/ivrn7y3Nlqyn1DJJIv1wgt4YO+oCC5p09Hl6NwVCfXCEw9+8N9vJQru6De8Q29CpDEIEKGba8Q==",
  ],
  [
    "aes-192-cbc",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAgXYH5G5axuXwIBAjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBFgQQraSN+Au6nzjSHIkFludTfgRA6DUsS+5BfW1uRD1HxkdLFL/hFn0vBrH2/yJtmjQIwnzgeV7wku/kyTSk733or3nYO2tQzbKmYdQr81XVrtxvAQ==",
  ],
  [
    "aes-256-cbc",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAh0f5B2ee71lQIBAjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ/3EUrG6L7eiKDv5G7FK8WwRA17mIho0jxl6lkPsjIxT8lsPZZguPiBi1BnjtkEB23q7nIQnjzrEQf/PPsRbuZzJ80iv0Z94hrB+km1yOoQYqsw==",
  ],
  [
    "des3",
    "MIGJME0GCSqGSIb3DQEFDTBAMCgGCSqGSIb3DQEFDDAbBAjXiPNesnUGAAIBAjAMBggqhkiG9w0CCQUAMBQGCCqGSIb3DQMHBAiCKk6POVqK4wQ4Ftyj2P8X72SDfGtT/k//7ddPRUrpqs23mX+mRhc1ywl8VzJBma82aXk+JqUEABztV8wvzgw8FR4=",
  ],
  [
    "des-cbc",
    "MIGGMEoGCSqGSIb3DQEFDTA9MCgGCSqGSIb3DQEFDDAbBAjaEloaF/n1WQIBAjAMBggqhkiG9w0CCQUAMBEGBSsOAwIHBAgotPRTlMEk/QQ4qbLXuSAVyM3dWAtNSzKG/3PGAXq0BhNEWsGff7ox8zFNK0pwSiDt9zMgbkA0bl6H6S3WXRLpwuU=",
  ],
  [
    "camellia-128-cbc",
    "MIGcMFgGCSqGSIb3DQEFDTBLMCgGCSqGSIb3DQEFDDAbBAg97zbK0HzFRgIBAjAMBggqhkiG9w0CCQUAMB8GCyqDCIyaSz0BAQECBBBT5H90GTKnPrUunfWHouJDBEBepDy72WibO6gZ1vyaA0qAAl04Ezwd6IWVOcKtPKtM/O/iH61lWSNPMTjGewywjncHmzc/8nQon8umnoCqcoQi",
  ],
  [
    "camellia-192-cbc",
    "MIGcMFgGCSqGSIb3DQEFDTBLMCgGCSqGSIb3DQEFDDAbBAhynwrpC+qPJgIBAjAMBggqhkiG9w0CCQUAMB8GCyqDCIyaSz0BAQEDBBB9d38KSRnUBcRWWMFJZvZxBEBAOjBEpu5ClBILPoiI7QgxLrHmu+ioK8N+EGLv1Wry36z2BfSkXXIrNyQlmJTjHqnUlK4C+q113XiaeE/PU5uX",
  ],
  [
    "camellia-256-cbc",
    "MIGcMFgGCSqGSIb3DQEFDTBLMCgGCSqGSIb3DQEFDDAbBAg4FOn41B29BQIBAjAMBggqhkiG9w0CCQUAMB8GCyqDCIyaSz0BAQEEBBDhyhvSQKLQy1NEDz2PamMkBECbcbjzJzwtsJtkCLNMTMjuI2jrf+k+VY13VWWE5dB8U5xOxm6jMvLJ8Yhk9v74RTx9Qz1/CrToSpsm3DuOP59/",
  ],
  [
    "rc2-40-cbc",
    "MIGSMFYGCSqGSIb3DQEFDTBJMCsGCSqGSIb3DQEFDDAeBAhGtYt2P7t/NwIBAgIBBTAMBggqhkiG9w0CCQUAMBoGCCqGSIb3DQMCMA4CAgCgBAiB2AFW4c5pxAQ4lpS13MFyZPkZe+54agkO1e/gcTwCBt/TVobnhPps6NH0ontkjhRNS8O1uewJQhiVWxN7Y8tLGeg=",
  ],
  [
    "rc2-64-cbc",
    "MIGRMFUGCSqGSIb3DQEFDTBIMCsGCSqGSIb3DQEFDDAeBAh+s42xjwgwJgIBAgIBCDAMBggqhkiG9w0CCQUAMBkGCCqGSIb3DQMCMA0CAXgECKSVZQAoXSx2BDgeWKRktKnuXpc1WNjs4Kiux8fPQ2iwSvUUY3vEaIkCd0c/WaHHkWOFJxwj1LIWv8o6trElgFsHEw==",
  ],
  [
    "rc2-cbc",
    "MIGRMFUGCSqGSIb3DQEFDTBIMCsGCSqGSIb3DQEFDDAeBAjmLZ7qz+EIQwIBAgIBEDAMBggqhkiG9w0CCQUAMBkGCCqGSIb3DQMCMA0CAToECGIgF5xQ9Nd/BDgpIhBt7VCU3dsPkIfB9o+mh1g0UhALDU+KUOZ5t4trpqIlThnwZ8w2ub5OXhHqCajZefPvatce8w==",
  ],
  [
    "aes-128-cbc, HMAC with MD5",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAjnzffjits0igIBAjAMBggqhkiG9w0CBgUAMB0GCWCGSAFlAwQBAgQQjibIiUmovEKUoPcutjQGswRAM630ks4sHPAKjAxvOO3xzdRdepGQFqVEwG7u1m0OgjLvO1OwgCqd7oEO64j969A9XMxtQdgFee8a7ZWduV28Gw==",
  ],
  [
    "aes-128-cbc, HMAC with SHA1",
    "MIGMMEgGCSqGSIb3DQEFDTA7MBoGCSqGSIb3DQEFDDANBAh6ju9C8jb48gIBAjAdBglghkgBZQMEAQIEEOp1oFQh9k12/AInElads84EQDZP6l+H6AcJAhQC0+M10ScuWyHBrO3LAZKke/juW/FnOgJUOD5LuqhcCa/Jk1yHsNPR5ksAc4PxYoDqzIXk50A=",
  ],
  [
    "aes-128-cbc, HMAC with SHA224",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAiStXa2zdoThQIBAjAMBggqhkiG9w0CCAUAMB0GCWCGSAFlAwQBAgQQiFlE+PeLi2Yye3Xsb6KougRAcruOQ39u4uZYyiRp1CKWdbMuSZIy6sKDwyL1jajuND7s7DE9P6hi8FcITHdg3K0hMB7nggtua/8+GfFSQ22kEg==",
  ],
  [
    "aes-128-cbc, HMAC with SHA384",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAgTM/jf4x/n4AIBAjAMBggqhkiG9w0CCgUAMB0GCWCGSAFlAwQBAgQQ4L+6AyYDR3p2Xevrs+o5agRASMvniVYI3eSLFz3WM+Ey8le+dc0QskJQ5ETSD3X6Gx2H5qcbtMaV4NikP++FmQygNFf2gCd9ZZXJvglb6k53rA==",
  ],
  [
    "aes-128-cbc, HMAC with SHA512",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhqT1l2jHij7gIBAjAMBggqhkiG9w0CCwUAMB0GCWCGSAFlAwQBAgQQKal6/wxguSikrVRuusOU+ARAi1dK54CsRb8ir8lAi+ORhTIYaqarbaj5Z0pe8kb5xLmog6hNP6ekALIj4ChmvivGWCjjjA7jVoNO2xSJ8wM1WA==",
  ],
  [
    "aes-128-cbc, HMAC with SHA512-224",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAieCX9dcF8j9gIBAjAMBggqhkiG9w0CDAUAMB0GCWCGSAFlAwQBAgQQO1D1Fwa/cIiEIbBGzeZuCQRAuXoqPRpIuDuQPKyodAqng31v6Jw76lPcEbIWhuZtcDjNxP6vFyBlM0EHg9HMEmqYJAWKwKSh+Yq001Ynilc1fA==",
  ],
  [
    "aes-128-cbc, HMAC with SHA512-256",
    "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhw9NQmDGncGgIBAjAMBggqhkiG9w0CDQUAMB0GCWCGSAFlAwQBAgQQMbD72Ro89/DPkNIvZz/AigRA8fuVrUX2e2yKoIV6SLrsb0/0jWCtr/y1EcFhoj+WY92yt3CAtikCJwRvywxOfGUjTvUg+ZoKPJKtIhaaoTkIaw==",
  ],
  [
    "scrypt",
    "MIGSME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAhGiK7GaTnM+wIBEAIBAQIBAjAdBglghkgBZQMEASoEEKlIYpcv7l81Rvsf4tSdexQEQEY/WMNtFcg3239zlsJUtMxwdndrkWWvewIRo4X/YlIosnfFoYCLb8TJGyGbotP0NtsWzk+WsWBZB9rZTKsmll8=",
  ],
];
const openssl = new Map(encrypted.map(([scheme, base64]) => [scheme, Buffer.from(base64, "base64")]));
const of = (scheme: string): Buffer => openssl.get(scheme) ?? Buffer.alloc(0);

describe("decryptPrivateKey", () => {
  it.each(encrypted)("reads a key that OpenSSL encrypted with %s", async (_scheme, base64) => {
    const der = Buffer.from(base64, "base64");
    expect(isEncryptedPrivateKey(der)).toBe(true);
    expect((await decryptPrivateKey(der, password, new Budget())).toString("hex")).toBe(plain);
  });

  it.each(encrypted)("refuses %s under another password", async (_scheme, base64) => {
    const reading = decryptPrivateKey(Buffer.from(base64, "base64"), Buffer.from("other"), new Budget());
    await expect(reading).rejects.toMatchObject({ code: "WrongPassword" });
  });

  it("asks for the password when there is none", async () => {
    await expect(decryptPrivateKey(of("scrypt"), undefined, new Budget())).rejects.toMatchObject({
      code: "PasswordRequired",
      message: "The encrypted private key needs a password, and none is given.",
    });
  });

  it("reads a password in Latin-1 too, when the program that wrote the key took it so", async () => {
    const key = createPrivateKey({ key: Buffer.from(plain, "hex"), format: "der", type: "pkcs8" });
    const passphrase = Buffer.from("kötchen", "latin1");
    const latin1 = key.export({ format: "der", type: "pkcs8", cipher: "aes-256-cbc", passphrase });
    expect((await decryptPrivateKey(latin1, password, new Budget())).toString("hex")).toBe(plain);
  });

  it("counts each try against the limit of iterations", async () => {
    const budget = new Budget({ totalIterations: 3 });
    await expect(decryptPrivateKey(of("aes-256-cbc"), Buffer.from("café"), budget)).rejects.toMatchObject({
      code: "LimitExceeded",
      details: { limit: "totalIterations" },
    });
  });

  it("refuses scrypt that wants more memory than the limit", async () => {
    await expect(decryptPrivateKey(of("scrypt"), password, new Budget({ scryptBytes: 2_000 }))).rejects.toMatchObject({
      code: "LimitExceeded",
      details: { limit: "scryptBytes" },
    });
  });

  it("names a cipher that is not read, with its OID", async () => {
    const parameters = sequence(octetString(Buffer.alloc(8)), integer(1));
    const der = sequence(sequence(oid("1.2.840.113549.1.5.1"), parameters), octetString(Buffer.alloc(8)));
    await expect(decryptPrivateKey(der, password, new Budget())).rejects.toMatchObject({
      code: "UnsupportedAlgorithm",
      message:
        "The encryption uses pbeWithMD2AndDES-CBC (1.2.840.113549.1.5.1), which is not read; write it again with AES-256 and SHA-256.",
      details: { oid: "1.2.840.113549.1.5.1", algorithm: "pbeWithMD2AndDES-CBC" },
    });
  });

  it("stops when it is aborted", async () => {
    const budget = new Budget({}, AbortSignal.abort(new Error("stop")));
    await expect(decryptPrivateKey(of("aes-256-cbc"), password, budget)).rejects.toThrow("stop");
  });
});

describe("isEncryptedPrivateKey", () => {
  it.each([
    ["a private key", Buffer.from(plain, "hex")],
    ["nothing", Buffer.alloc(0)],
    ["a key that is cut off", of("scrypt").subarray(0, 40)],
  ])("does not take %s for one", (_what, bytes) => {
    expect(isEncryptedPrivateKey(bytes)).toBe(false);
  });
});
