import { describe, expect, it } from "vitest";
import { Budget } from "../limits.ts";
import { readKey } from "./read.ts";

// Each written by OpenSSL 3: the form before PKCS#8, and what `openssl pkcs8 -topk8 -nocrypt` makes of it.
const forms: readonly (readonly [form: string, base64: string, pkcs8: string])[] = [
  [
    "PKCS#1",
    "MIIBOwIBAAJBAPLpPun5oFBUnYqS2QNiSfN0j/cyyQ2a2gibXalIx3T9X4Sik0xJ0JDN+TV3Z9Esv39lLSTTfygA6RfFZdyETvcCAwEAAQJBAN6CvIfVi32qVPm4FKRd58Hkd3AIjFUzESCrOTu1mEfXfDRnRuDvOaIJlY//thS1va5P0I/SvZc4jdtKfo59qbECIQD+CokU5FdHMm2rL9zF5es81wk2kylsBWJRMKG7SM+vqQIhAPTIvXofrwwKBLnVkLadvnzJE8b7EHWXDUph6FrB6a2fAiBkUpLKDlatRivrE66y9FZOo3j+9WTBROsLtxHXnSxvaQIgF0IXlsn55OfyyQF8zY0xc0PbyDVEvBeNILsqy6zPGjsCIQCkQsCP0l6yoPxgmyefyKvkzYfapF0SDGU9eviIsyTQqw==",
    "MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEA8uk+6fmgUFSdipLZA2JJ83SP9zLJDZraCJtdqUjHdP1fhKKTTEnQkM35NXdn0Sy/f2UtJNN/KADpF8Vl3IRO9wIDAQABAkEA3oK8h9WLfapU+bgUpF3nweR3cAiMVTMRIKs5O7WYR9d8NGdG4O85ogmVj/+2FLW9rk/Qj9K9lziN20p+jn2psQIhAP4KiRTkV0cybasv3MXl6zzXCTaTKWwFYlEwobtIz6+pAiEA9Mi9eh+vDAoEudWQtp2+fMkTxvsQdZcNSmHoWsHprZ8CIGRSksoOVq1GK+sTrrL0Vk6jeP71ZMFE6wu3EdedLG9pAiAXQheWyfnk5/LJAXzNjTFzQ9vINUS8F40guyrLrM8aOwIhAKRCwI/SXrKg/GCbJ5/Iq+TNh9qkXRIMZT16+IizJNCr",
  ],
  [
    "SEC1",
    "MHcCAQEEILysGiwRfSrRoTWlmh3MCQ2txAzLeawJNTOus2ZSTvtxoAoGCCqGSM49AwEHoUQDQgAEl4z3BBDr2U8HHNIp6MmiTNqMnMMi6HN9LU93d9WT8DZLzEFn/IDR2FQf1xLjt6P78EKtjUb0g5/xgoEE0JmMLQ==",
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvKwaLBF9KtGhNaWaHcwJDa3EDMt5rAk1M66zZlJO+3GhRANCAASXjPcEEOvZTwcc0inoyaJM2oycwyLoc30tT3d31ZPwNkvMQWf8gNHYVB/XEuO3o/vwQq2NRvSDn/GCgQTQmYwt",
  ],
  [
    "OpenSSL's DSA form",
    "MIIBvAIBAAKBgQD/t7b6Q/4nfVUykS3eJwxfuPyzge9bB2J1k8YkLvSVGLp5NYkIH6gDcIYOhBzyapN5TJ72DSYluUJb0XwOXofTWkZdSQ62PK+bnRPMazf6PPesQ1gvzj4RLno8AN3mHTJXYhG+6/cmSJk029Bxya+mPsdnOQE3nmeBV6+8BlSYSQIVANvk2Xir18MFYkQsH+3z9sFiswyVAoGBAL44k3CKTNF8gehFlF3C9A/dwXR+GEYOkBIR2MDekDh9Ed66JvWhNtq7BQ1mP4Ib6MaRjTyXAGXwjPWOHslF55d7L4iv9c7Sa0ka8SdKtQbJllkSu63FnCuzwZQrZ5sWvIhppLwTuL7YULz72Bmo8fLLvrnzz/JcTmF20uNPUr0FAoGBAOAFT7cJ59SDYcsbYx9PfsKvAJMr0ZDPiWKALlqpn5iBwd+VOBj5z76OkvTIuf4IIDGZk/G0zIhaZWR345EWm3HFAcpmsV5hXezdtMv2JwRzne0DEJdPBHC5XxNH4/QYR2/FTyUHNaaV6TaDCE8igx0GOQ6Q9I9n5aBSRSTYY0fCAhRwyvWKO4+VLmucFamz4hDAw1xIUg==",
    "MIIBSwIBADCCASwGByqGSM44BAEwggEfAoGBAP+3tvpD/id9VTKRLd4nDF+4/LOB71sHYnWTxiQu9JUYunk1iQgfqANwhg6EHPJqk3lMnvYNJiW5QlvRfA5eh9NaRl1JDrY8r5udE8xrN/o896xDWC/OPhEuejwA3eYdMldiEb7r9yZImTTb0HHJr6Y+x2c5ATeeZ4FXr7wGVJhJAhUA2+TZeKvXwwViRCwf7fP2wWKzDJUCgYEAvjiTcIpM0XyB6EWUXcL0D93BdH4YRg6QEhHYwN6QOH0R3rom9aE22rsFDWY/ghvoxpGNPJcAZfCM9Y4eyUXnl3sviK/1ztJrSRrxJ0q1BsmWWRK7rcWcK7PBlCtnmxa8iGmkvBO4vthQvPvYGajx8su+ufPP8lxOYXbS409SvQUEFgIUcMr1ijuPlS5rnBWps+IQwMNcSFI=",
  ],
];
const ec =
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvKwaLBF9KtGhNaWaHcwJDa3EDMt5rAk1M66zZlJO+3GhRANCAASXjPcEEOvZTwcc0inoyaJM2oycwyLoc30tT3d31ZPwNkvMQWf8gNHYVB/XEuO3o/vwQq2NRvSDn/GCgQTQmYwt";
const rsaPss =
  "MIICdgIBADALBgkqhkiG9w0BAQoEggJiMIICXgIBAAKBgQC0IUPjQC8yVVGQje/VAddhuUSFC1WmnDP2Y4j3nBYadOrox+RzTAHk0I911qDeTOwD0fUkfuGQVubXL8AP0FhMtTqpvDK9C9w3+TD7lg9pHvMgCpr0qQ1VbF6niHdx415vziB0gE6+EKgAV/o1xVbRVxpsVSawJ9/XMFZbIDcj4QIDAQABAoGBAIfG611I7EqMdUb5NmbhVHCdLkD7IjzMUX7P2FaMmTyoFMoSouklyeeoLfstJWVrphvbD2XLHkumtapOm/9PlL45eEro2mj839VZOx4UlpGKfPh1hZ2peqW5TTdM5D3Q9o2dWfZFpBD+YMr6dk0YGD7Bq7MtEJEzys58tooZfjthAkEA3+7o6QVlu2btVLJdZk1J2B8irGDg2jju1SkqyoSsblJx+j8rKE7yJHDXva1e99T/KAYBgfyEdQ512a40rFwl+wJBAM3slekUn3Q7Uo4wJHgJO0FHzoIY+lD2kNtZjVsDLKjN+n2mkFzL0OKL7qDYA6BqR3UMGcWBfTkJVgXpvfrBotMCQFWMgwRKoJPYfYCm55GmozhipK9wD1au+2cJ5CQcTXeUHaD5svYiOtV7GqCG9En/4D6dFMRhAQVrMdCogcz7IzMCQQCkPBXQAJewDwQnzTO43Lv6s7d7QUqbOhuMJl88AEslEqq+fhLTP+cIWExo0gAKd9kn/A+t2zmxPMX0D1lq3fbrAkEApeqRlvrB8OMjrAKzPQy9OOBK/U/Dl8mRaOgE0gg7ctGpvbd5ZF+d0KNSBqpCA68HV6t9pTyeKFZYmBvbzBXOLg==";
const ed25519 = "MC4CAQAwBQYDK2VwBCIEICWvimiUMcrE9Vssim5lsjTNdjgdM4y5/jNlehQ/VZQx";
// By `openssl pkcs8 -topk8 -iter 2 -passout pass:kötchen`.
const encrypted =
  "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAg9mu/bbdjMYAIBAjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ36ryJDWOk0VDrcaydph0nQSBkJYO2hfSFn89x6vM7ZdSy6m/cqrHW62XpLgsbUl4kbDe+FraKxlobZcZZku7nQonrbSQelD5ylLn+I/egDIY5mZM/gvCcy0vQGOz8z/TptfkqM/EdfDz55vBDbbeGUXkOExb4+VgVPvNHNbmXbsVbpTlyVcO5F1PiG0ycicRl0Bb0W9oX7HUYQ0gMw2xgz1MWg==";

const read = (base64: string, password?: Buffer) =>
  readKey(Buffer.from(base64, "base64"), password, new Budget(), "the key");

describe("readKey", () => {
  it.each(forms)("makes the same PKCS#8 of %s as OpenSSL", async (_form, base64, pkcs8) => {
    expect((await read(base64))?.toString("base64")).toBe(pkcs8);
  });

  it.each([
    ["EC", ec],
    ["RSA-PSS", rsaPss],
    ["Ed25519", ed25519],
  ])("leaves PKCS#8 of %s as it is, byte for byte", async (_algorithm, pkcs8) => {
    expect((await read(pkcs8))?.toString("base64")).toBe(pkcs8);
  });

  it("passes ML-DSA through, whether or not this OpenSSL knows it", async () => {
    const seed = Buffer.from("3034020100300b06096086480165030403110422802000", "hex");
    const mlDsa = Buffer.concat([seed, Buffer.alloc(31, 7)]).toString("base64");
    expect((await read(mlDsa))?.toString("base64")).toBe(mlDsa);
  });

  it("opens encrypted PKCS#8", async () => {
    expect((await read(encrypted, Buffer.from("kötchen")))?.toString("base64")).toBe(ec);
  });

  it("wipes the bytes that the key was in before", async () => {
    const [pkcs1] = forms;
    const der = Buffer.from(pkcs1?.[1] ?? "", "base64");
    await readKey(der, undefined, new Budget(), "the key");
    expect(der.every((byte) => byte === 0)).toBe(true);
  });

  it("does not take other DER for a key", async () => {
    expect(await read("MAMCAQU=")).toBeUndefined();
    expect(await read("")).toBeUndefined();
  });

  it.each([
    ["an encrypted key without a password", encrypted, "PasswordRequired"],
    ["a point that is not on its curve", ec.replace(/.{4}$/, "AAAA"), "Malformed"],
    ["a kind of key that is not known, by its OID", ec.replace("M49AgEG", "M49AgIG"), "UnsupportedAlgorithm"],
  ])("refuses %s", async (_what, base64, code) => {
    await expect(read(base64)).rejects.toMatchObject({ code });
  });
});
